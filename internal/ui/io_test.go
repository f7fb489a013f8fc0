package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"syscall"
	"testing"

	"mnistgpu/internal/fault"
)

// full is a writer that takes some bytes and then fails, each time with another error.
type full struct {
	taken  bytes.Buffer
	room   int
	failed int
}

func (f *full) Write(p []byte) (int, error) {
	if len(p) <= f.room {
		f.room -= len(p)
		return f.taken.Write(p)
	}
	f.room = 0
	f.failed++
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.Errno(f.failed)}
}

func TestErrIsThatOfTheFirstFailedWrite(t *testing.T) {
	w := &full{room: 8}
	o := &IO{Stdout: w}
	o.Printf("12345\n")
	if o.Err() != nil {
		t.Errorf("after a good write: %v", o.Err())
	}
	for range 3 {
		o.Printf("12345\n")
		o.JSON(7)
	}
	err := o.Err()
	if !fault.Is(err, fault.CannotWrite) || !errors.Is(err, syscall.Errno(1)) {
		t.Errorf("%v, want that of the first failed write", err)
	}
	if want := "cannot write to stdout: " + syscall.Errno(1).Error(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if w.failed != 1 || w.taken.String() != "12345\n" {
		t.Errorf("%d failed writes, and %q was written", w.failed, &w.taken)
	}
}

// TestErrTellsOfUnreadLines checks that a lost stderr keeps no result from stdout.
func TestErrTellsOfUnreadLines(t *testing.T) {
	var out bytes.Buffer
	o := &IO{Stdout: &out, Stderr: &full{}}
	o.Notef("a note")
	o.Warnf("a warning")
	o.Printf("7\n")
	if err := o.Err(); !fault.Is(err, fault.CannotWrite) || !errors.Is(err, syscall.Errno(1)) {
		t.Errorf("%v, want that of the first line", err)
	}
	if out.String() != "7\n" {
		t.Errorf("stdout is %q", &out)
	}
}

func TestJSONIsOneLine(t *testing.T) {
	var out bytes.Buffer
	o := &IO{Stdout: &out}
	o.JSON(map[string]any{"text": "a\nb", "n": 3})
	if got, want := out.String(), "{\"n\":3,\"text\":\"a\\nb\"}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("NaN was printed")
		}
	}()
	o.JSON(math.NaN())
}

func TestQuietLeavesWarnings(t *testing.T) {
	for _, test := range []struct {
		quiet bool
		want  string
	}{
		{false, "a note; of two lines\nmnistgpu: WARNING: careful; now\nhint: do; this\n"},
		{true, "mnistgpu: WARNING: careful; now\nhint: do; this\n"},
	} {
		var out, errs bytes.Buffer
		o := &IO{Stdout: &out, Stderr: &errs, Quiet: test.quiet}
		o.Notef("a note\nof %s lines", "two")
		o.Warnf("careful\n%s", "now")
		o.Hintf("do\n%s", "this")
		o.Printf("7\n")
		if errs.String() != test.want || out.String() != "7\n" {
			t.Errorf("quiet %t: stderr %q, stdout %q", test.quiet, &errs, &out)
		}
	}
}

func TestFail(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{fault.Usage("--lr must be greater than 0"), "mnistgpu: --lr must be greater than 0\n"},
		{fault.New(fault.Diverged, "the loss\nis NaN"), "mnistgpu: the loss; is NaN\nhint: try a smaller --lr\n"},
		{fault.Usage("no").WithHint("yes"), "mnistgpu: no\nhint: yes\n"},
		{errors.New("surprise"), "mnistgpu: surprise\n"},
		{fmt.Errorf("run: %w", stopped(syscall.SIGINT)), ""},
		{stopped(syscall.SIGTERM), ""},
		{stopped(syscall.SIGHUP), ""},
	} {
		var errs bytes.Buffer
		o := &IO{Stderr: &errs, Quiet: true}
		if o.Fail(test.err); errs.String() != test.want {
			t.Errorf("%v: %q, want %q", test.err, &errs, test.want)
		}
	}
	for s, code := range map[syscall.Signal]int{syscall.SIGHUP: 129, syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		if got := fault.ExitCode(stopped(s)); got != code {
			t.Errorf("exit code %d for %v, want %d", got, s, code)
		}
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "a", "a\nb\nc": "a; b; c"} {
		if got := OneLine(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestNoTerminal checks that nothing moves where there is no terminal.
func TestNoTerminal(t *testing.T) {
	var out, errs bytes.Buffer
	o := &IO{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
	if o.Live() || o.StdoutIsTerminal() {
		t.Error("a buffer is a terminal")
	}
	bar := o.NewBar(10)
	bar.Set(3, "a", "b")
	bar.Clear()
	if bar.Shown() || errs.Len() > 0 {
		t.Errorf("the bar prints %q", &errs)
	}
}
