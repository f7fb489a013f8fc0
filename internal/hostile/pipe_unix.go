//go:build unix

package hostile

import (
	"syscall"
	"testing"
	"time"
)

// CheckPipe makes a named pipe at path and calls read, which must return an error soon:
// whoever opens the pipe waits for ever.
func CheckPipe(t testing.TB, path string, read func() error) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- read() }()
	select {
	case err := <-result:
		if want := path + ": is not a regular file"; err == nil || err.Error() != want {
			t.Errorf("a pipe gave %v, want %s", err, want)
		}
	case <-time.After(10 * time.Second):
		t.Errorf("%s blocks whoever reads it", path)
	}
}
