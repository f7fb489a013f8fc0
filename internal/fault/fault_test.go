package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrorIsOneLine(t *testing.T) {
	missing := &fs.PathError{Op: "open", Path: "runs/a", Err: fs.ErrNotExist}
	for _, test := range []struct {
		err  error
		want string
		code int
	}{
		{Usage("--lr must be greater than 0 (got %v)", -1), "--lr must be greater than 0 (got -1)", 2},
		{In("runs/a", missing), "runs/a: file does not exist", 3},
		{Inf("a.csv", "has no label column"), "a.csv: has no label column", 3},
		{Writing("runs/a", &os.LinkError{Op: "rename", Old: "x", New: "runs/a", Err: fs.ErrPermission}), "cannot write runs/a: permission denied", 8},
		{fmt.Errorf("trial 3: %w", New(OutOfMemory, "Alloc")), "trial 3: Alloc", 6},
		{errors.New("surprise"), "surprise", 1},
		{nil, "", 0},
	} {
		if got := ExitCode(test.err); got != test.code {
			t.Errorf("%v: exit code %d, want %d", test.err, got, test.code)
		}
		if test.err != nil && test.err.Error() != test.want {
			t.Errorf("%q, want %q", test.err, test.want)
		}
	}
	if !errors.Is(In("runs/a", missing), fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	e := In("runs/a", missing)
	if In("runs/a", e) != e || In("runs/b", e) == e {
		t.Error("an error about a path is wrapped, or one about another path is not")
	}
}

func TestHintOfTheErrorComesFirst(t *testing.T) {
	err := New(Diverged, "loss is not finite")
	if got, want := Hint(fmt.Errorf("run: %w", err)), "try a smaller --lr"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	if got, want := Hint(err.WithHint("lower --init-std to %v", 0.1)), "lower --init-std to 0.1"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	if got := Hint(errors.New("surprise")); got != "" {
		t.Errorf("hint %q for an unknown error", got)
	}
}

// Of several errors, the first decides.
func TestFirstOfJoinedErrorsDecides(t *testing.T) {
	write, diverged := Writing("a", fs.ErrPermission), New(Diverged, "loss")
	if got := ExitCode(errors.Join(write, diverged)); got != 8 {
		t.Errorf("exit code %d, want 8", got)
	}
	if !Is(errors.Join(diverged, write), Diverged) {
		t.Error("the second error decided")
	}
}

func TestEveryKindHasACode(t *testing.T) {
	for k, row := range kinds {
		if row.code == 0 {
			t.Errorf("kind %d has no exit code", k)
		}
	}
	for _, code := range []string{"0  done", "3  ", "129  ", "130  ", "143  "} {
		if !strings.Contains(ExitCodes(), code) {
			t.Errorf("%q is missing in\n%s", code, ExitCodes())
		}
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "five")
	if err := os.WriteFile(path, []byte("12345"), 0o666); err != nil {
		t.Fatal(err)
	}
	if content, err := Read(path, 5); err != nil || string(content) != "12345" {
		t.Errorf("read %q, %v", content, err)
	}
	for _, test := range []struct{ path, want string }{
		{path, path + ": has 5 bytes: at most 4 are allowed"},
		{dir, dir + ": is not a regular file"},
		{os.DevNull, os.DevNull + ": is not a regular file"},
	} {
		if _, err := Read(test.path, 4); err == nil || err.Error() != test.want || ExitCode(err) != 3 {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none"), 4); !errors.Is(err, fs.ErrNotExist) || ExitCode(err) != 3 {
		t.Errorf("a missing file gave %v", err)
	}
}
