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
	store(t, dir, NamesFile, []byte("cat\r\nhouse dog\nΩ"))
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
		{"empty", "", "0 names: want 1 to 256"},
		{"empty line", "cat\n\ndog\n", "name 2 is empty"},
		{"twice", "cat\ndog\ncat\n", `name 3 is "cat", as is name 1: want each once`},
		{"binary", "cat\n\x00\x01\n", `name 2 is "\x00\x01": want letters that can be printed`},
		{"not UTF-8", "\xff\n", `name 1 is "\xff": want letters that can be printed`},
		{"long", strings.Repeat("x", 101), "name 1 has 101 bytes: want at most 100"},
		{"too many", many.String(), "257 names: want 1 to 256"},
		{"endless", strings.Repeat("x", 100_000), "goes on after 26112 bytes: want a name a line"},
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
	checkFault(t, err, path+": is a folder: want a file")
}
