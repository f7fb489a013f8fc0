package durable_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"

	"mnistgpu/internal/durable"
)

// Variables that make the test binary do something else than its tests, as another
// process.
const (
	lockVariable  = "MNISTGPU_TEST_LOCK"  // holds the lock of this folder until it is killed
	writeVariable = "MNISTGPU_TEST_WRITE" // writes this file
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(lockVariable); dir != "" {
		_, err := durable.Lock(dir)
		runtime.GC()
		fmt.Println(err)
		io.Copy(io.Discard, os.Stdin) // until the other process ends or kills this one
		return
	}
	if path := os.Getenv(writeVariable); path != "" {
		fmt.Print(durable.Write(durable.Disk, path, after))
		return
	}
	os.Exit(m.Run())
}
