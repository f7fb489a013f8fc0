package mnist

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultNames(t *testing.T) {
	if got := DefaultNames(10); got[0] != "zero" || got[9] != "nine" {
		t.Errorf("ten classes are %q: want digits", got)
	}
	if diff := cmp.Diff([]string{"0", "1", "2"}, DefaultNames(3)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadNames(t *testing.T) {
	dir := t.TempDir()
	if names, err := ReadNames(dir); names != nil || err != nil {
		t.Errorf("without a file: %q, %v: want neither", names, err)
	}
	store(t, dir, NamesFile, []byte("\ufeffcat\r\nhouse dog\nΩ"))
	names, err := ReadNames(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cat", "house dog", "Ω"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadNamesFaults(t *testing.T) {
	var many strings.Builder
	for i := range 257 {
		fmt.Fprintln(&many, i)
	}
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "there must be 1 to 256 names (got 0)"},
		{"empty line", "cat\n\ndog\n", "name 2 is empty"},
		{"twice", "cat\ndog\ncat\n", `name 3 must be unique (got "cat", like name 1)`},
		{"binary", "cat\n\x00\x01\n", `name 2 must be printable (got "\x00\x01")`},
		{"not UTF-8", "\xff\n", `name 1 must be printable (got "\xff")`},
		{"long", strings.Repeat("x", 101), "name 1 must have at most 100 bytes (got 101)"},
		{"too many", many.String(), "there must be 1 to 256 names (got 257)"},
		{"endless", strings.Repeat("x", 100_000), "has 100000 bytes: at most 26112 are allowed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := store(t, t.TempDir(), NamesFile, []byte(test.content))
			_, err := ReadNames(filepath.Dir(path))
			checkFault(t, err, path+": "+test.want)
		})
	}
	dir := t.TempDir()
	path := filepath.Join(dir, NamesFile)
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := ReadNames(dir)
	checkFault(t, err, path+": is not a regular file")
}
