package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"mnistgpu/internal/fault"
)

// giveAll returns what the flags of train, in one text, give with some variables, each as
// NAME=value.
func giveAll(line string, variables ...string) (Given, error) {
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	Register(f, Train)
	if err := f.Parse(strings.Fields(line)); err != nil {
		return nil, err
	}
	getenv := func(name string) string {
		for _, v := range variables {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
	if err := Apply(f, getenv); err != nil {
		return nil, err
	}
	return GivenBy(f), nil
}

// resolveLine returns the values that train has with the flags and variables.
func resolveLine(line string, variables ...string) (*Values, error) {
	given, err := giveAll(line, variables...)
	if err != nil {
		return nil, err
	}
	return Resolve(given)
}

func mustResolve(t *testing.T, line string, variables ...string) *Values {
	t.Helper()
	v, err := resolveLine(line, variables...)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return v
}

// allTexts returns the values of all settings but --config, by name.
func allTexts(v *Values) map[string]string {
	all := map[string]string{}
	for _, r := range table {
		if r.Name != "config" {
			all[r.Name] = r.of(v).String()
		}
	}
	return all
}

// sameValues checks that two lines have the same values and list the same settings.
func sameValues(t *testing.T, what string, got, want *Values) {
	t.Helper()
	if diff := cmp.Diff(allTexts(want), allTexts(got)); diff != "" {
		t.Errorf("%s: other values (-want +got):\n%s", what, diff)
	}
	if diff := cmp.Diff(want.Train, got.Train); diff != "" {
		t.Errorf("%s: another run (-want +got):\n%s", what, diff)
	}
	if diff := cmp.Diff(want.ResultSettings(), got.ResultSettings()); diff != "" {
		t.Errorf("%s: another fingerprint (-want +got):\n%s", what, diff)
	}
	if want.CommandLine() != got.CommandLine() {
		t.Errorf("%s: %s, want %s", what, got.CommandLine(), want.CommandLine())
	}
}

// wantUsage checks that err is a usage error with the given text.
func wantUsage(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want || !fault.Is(err, fault.BadUsage) {
		t.Errorf("%s: %v, want the usage error %s", what, err, want)
	}
}

// writeFile writes a settings file and returns its path.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
