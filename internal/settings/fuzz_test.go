package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"mnistgpu/internal/hostile"
)

// checkFile reads a settings file as --config and as that of a run. It must be refused with
// errors of one line, or give choices that are resolved or refused with an error of one line.
func checkFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	Register(f, Train)
	var err error
	hostile.CheckCost(t, len(content), func() { err = applyFile(f, path) })
	checkLine(t, err)
	if err == nil {
		given := GivenBy(f)
		for name, c := range given {
			if !strings.HasPrefix(c.Origin, path) {
				t.Errorf("--%s comes from %s", name, c.Origin)
			}
		}
		v, err := Resolve(given)
		checkLine(t, err)
		if err == nil {
			checkWritten(t, v)
		}
	}
	given, err := FromRun(path)
	checkLine(t, err)
	if err == nil {
		_, err := Resolve(given)
		checkLine(t, err)
	}
}

// checkWritten checks that the settings can be written.
func checkWritten(t *testing.T, v *Values) {
	t.Helper()
	if _, err := v.TOML(func(Entry) string { return "" }); err != nil {
		t.Error(err)
	}
	if err := v.WriteJSON(new(strings.Builder)); err != nil {
		t.Error(err)
	}
}

// checkLine checks that an error, or each of several that are joined, has one line.
func checkLine(t *testing.T, err error) {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			checkLine(t, err)
		}
		return
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %q, of several lines", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("hidden = [1024, 512]\nlr = 0.2\nbatch = \"full\"  # all\nshuffle = false\n"))
	f.Add([]byte("seed = 18446744073709551615\nclasses = -1\ndata = 'x\\n'\n"))
	f.Add([]byte("[lr]\nx.y = {a = [[1, 2], [\"b\"]]}\n"))
	f.Add([]byte("hidden = [[[[]]]]\nepochs = 1979-05-27T07:32:00Z"))
	f.Add([]byte("seed = 010\nhidden = [08, 0x10]\nlr = 00.5e-01\n"))
	f.Add([]byte("data = '''x\ny'''\nclasses = [\"a\\nb\", \"c\"]\nlr = nan\n"))
	path := filepath.Join(f.TempDir(), "config.toml")
	f.Fuzz(func(t *testing.T, content []byte) { checkFile(t, path, content) })
}

// TestFilesThatSwell reads files of structure alone, which take no more memory than others.
func TestFilesThatSwell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	for _, unit := range []string{"[", "[],", "{},", "1,", `"",`, "a.", "a={", "[a]\n", "[[a]]\n", "a=1\n", "\n", "#\n", `"\u00e9",`, "0"} {
		for _, start := range []string{"", "hidden = [", "lr = ", "hidden.", "hidden = {"} {
			checkFile(t, path, []byte(start+strings.Repeat(unit, (MaxBytes-len(start))/len(unit))))
		}
	}
	checkFile(t, path, []byte("hidden = ["+strings.Repeat("[],", MaxBytes/3-10)+"]"))
	checkFile(t, path, []byte("hidden = ["+strings.Repeat("1,", MaxBytes/2-10)+"]"))
	checkFile(t, path, []byte(strings.Repeat("#", MaxBytes+1)))
	var keys strings.Builder
	for i := 0; keys.Len() < MaxBytes-8; i++ {
		fmt.Fprintf(&keys, "x%x=1\n", i)
	}
	checkFile(t, path, []byte(keys.String()))
}
