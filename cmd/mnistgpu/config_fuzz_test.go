package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/run"
)

// checkConfig reads a settings file. It must be rejected with a one-line error, or give
// each flag a value that the flag accepts or rejects with a one-line error.
func checkConfig(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	_, flags := newSettings()
	var source valueSource
	var err error
	hostile.CheckCost(t, len(content), func() { source, err = fromFile(flags, path) })
	if err != nil {
		checkLine(t, err)
		return
	}
	flags.VisitAll(func(f *pflag.Flag) {
		value, where := source(f)
		if value == nil {
			return
		}
		if !strings.HasPrefix(where, path) {
			t.Errorf("--%s comes from %s", f.Name, where)
		}
		if err := flags.Set(f.Name, *value); err != nil {
			checkLine(t, flagMistake(err))
		}
	})
}

func checkLine(t *testing.T, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %q: want one line", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("hidden = [1024, 512]\nlr = 0.2\nbatch = \"full\"  # all\nshuffle = false\n"))
	f.Add([]byte("seed = 18446744073709551615\nclasses = -1\ndata = 'x\\n'\n"))
	f.Add([]byte("[lr]\nx.y = {a = [[1, 2], [\"b\"]]}\n"))
	f.Add([]byte("hidden = [[[[]]]]\nepochs = 1979-05-27T07:32:00Z"))
	path := filepath.Join(f.TempDir(), "config.toml")
	f.Fuzz(func(t *testing.T, content []byte) { checkConfig(t, path, content) })
}

// Files that consist of structure alone take no more memory than others.
func TestConfigsThatSwell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	for _, unit := range []string{"[", "[],", "{},", "1,", `"",`, "a.", "a={", "[a]\n", "[[a]]\n", "a=1\n", "\n", "#\n", `"\u00e9",`} {
		for _, start := range []string{"", "hidden = [", "lr = ", "hidden.", "hidden = {"} {
			checkConfig(t, path, []byte(start+strings.Repeat(unit, (run.MaxConfig-len(start))/len(unit))))
		}
	}
	checkConfig(t, path, []byte("hidden = ["+strings.Repeat("[],", run.MaxConfig/3-10)+"]"))
	checkConfig(t, path, []byte("hidden = ["+strings.Repeat("1,", run.MaxConfig/2-10)+"]"))
	checkConfig(t, path, []byte(strings.Repeat("#", run.MaxConfig+1)))
	var keys strings.Builder
	for i := 0; keys.Len() < run.MaxConfig-8; i++ {
		fmt.Fprintf(&keys, "x%x=1\n", i)
	}
	checkConfig(t, path, []byte(keys.String()))
}
