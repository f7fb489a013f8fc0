package settings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestEveryRowIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range table {
		switch {
		case r.Name == "" || seen[r.Name] || strings.ContainsAny(r.Name, "_ "):
			t.Errorf("%q is not a name of its own", r.Name)
		case r.Help == "" || strings.HasSuffix(r.Help, ".") || strings.ContainsRune(r.Help, '`'):
			t.Errorf("--%s has the help %q", r.Name, r.Help)
		case !slices.Contains(Groups(), r.Group):
			t.Errorf("--%s is in the group %q", r.Name, r.Group)
		case r.In == 0:
			t.Errorf("no command has --%s", r.Name)
		case r.arg() == "":
			t.Errorf("--%s has no word for its value", r.Name)
		case r.needed != nil && r.needs == "":
			t.Errorf("--%s has no text about what it needs", r.Name)
		case r.excludes != "" && lookup(r.excludes).excludes != r.Name:
			t.Errorf("--%s excludes --%s, and not the other way round", r.Name, r.excludes)
		case r.Must() == "":
			t.Errorf("nothing tells what --%s must be", r.Name)
		}
		seen[r.Name] = true
	}
	if !slices.Equal(Names(), slices.Collect(func(yield func(string) bool) {
		for _, r := range table {
			if !yield(r.Name) {
				return
			}
		}
	})) {
		t.Error("Names does not list the table")
	}
}

// TestDefaultsAreValues gives each setting the value that it has anyway.
func TestDefaultsAreValues(t *testing.T) {
	for _, preset := range lookup("preset").Words() {
		v := mustResolve(t, "--preset "+preset)
		for _, r := range table {
			value := r.of(v).String()
			if value == "" || !r.usedBy(v) || r.Device != Any || r.Name == "classes" {
				continue
			}
			again, err := resolveLine("--preset " + preset + " --" + r.Name + "=" + value)
			if err != nil {
				t.Errorf("preset %s: %v", preset, err)
				continue
			}
			sameValues(t, "--"+r.Name, again, v)
		}
	}
}

// level is a value of words, which a count holds.
type level struct{ at *int }

var levels = []string{"low", "middle", "high"}

func (l level) Set(s string) error {
	if !slices.Contains(levels, s) {
		return errValue
	}
	*l.at = slices.Index(levels, s)
	return nil
}
func (l level) String() string  { return levels[*l.at] }
func (l level) Must() string    { return OneOf(levels) }
func (l level) Literal() any    { return l.String() }
func (l level) Words() []string { return levels }

// addRow adds a setting to the table for a test. It is kept where no setting is.
func addRow(t *testing.T) {
	t.Helper()
	before := table
	t.Cleanup(func() { table = before })
	table = append(slices.Clone(table), &Row{
		Name: "new-level", Group: Network, In: Train, Sweep: true, Default: "middle", Help: "how high",
		of: func(v *Values) Value { return level{&v.Threads} },
	})
}

// TestOneRowIsEnough adds a row to the table, and finds the setting everywhere.
func TestOneRowIsEnough(t *testing.T) {
	addRow(t)
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	Register(f, Train)
	flag := f.Lookup("new-level")
	if flag == nil || GroupOf(flag) != Network {
		t.Fatal("no flag in the group")
	}
	if !strings.Contains(f.FlagUsages(), "--new-level low|middle|high") || !strings.Contains(f.FlagUsages(), "how high (default middle)") {
		t.Errorf("the help is\n%s", f.FlagUsages())
	}
	if words, files := WordsOf(flag); !slices.Equal(words, levels) || files {
		t.Errorf("a shell completes %v, files %t", words, files)
	}
	if MustOf(flag) != "low, middle or high" {
		t.Errorf("it must be %s", MustOf(flag))
	}
	if !slices.ContainsFunc(Axes(), func(r *Row) bool { return r.Name == "new-level" }) {
		t.Error("a sweep cannot vary it")
	}

	path := writeFile(t, "new_level = \"low\"\n")
	for _, test := range []struct{ line, variable, value, origin string }{
		{"", "", "middle", "default"},
		{"--new-level high", "MNISTGPU_NEW_LEVEL=low", "high", "--new-level"},
		{"", "MNISTGPU_NEW_LEVEL=high", "high", "MNISTGPU_NEW_LEVEL"},
		{"--config " + path, "", "low", path + ":1: new_level"},
	} {
		v := mustResolve(t, test.line, test.variable)
		list := v.Used()
		e := list[len(list)-1]
		if e.Row.Name != "new-level" || e.Value != test.value || e.Origin != test.origin {
			t.Errorf("%s %s: %s = %s from %s", test.line, test.variable, e.Row.Name, e.Value, e.Origin)
		}
		if got := v.ResultSettings()["new-level"]; got != test.value {
			t.Errorf("%s %s: the fingerprint has %q", test.line, test.variable, got)
		}
		if got := strings.Contains(v.CommandLine(), " --new-level "+test.value); got != (test.value != "middle") {
			t.Errorf("%s %s: %s", test.line, test.variable, v.CommandLine())
		}
		checkNewLevelWritten(t, v, test.value, test.origin)
	}
	_, err := resolveLine("", "MNISTGPU_NEW_LEVEL=huge")
	wantUsage(t, "a word that it does not have", err, `MNISTGPU_NEW_LEVEL must be low, middle or high (got "huge")`)
	if got := Fingerprint(mustResolve(t, "").ResultSettings()).Differences(mustResolve(t, "--new-level low").ResultSettings()); !slices.Equal(got, []string{"its new-level is middle, not low"}) {
		t.Errorf("the differences are %q", got)
	}
}

// checkNewLevelWritten writes v as TOML and as JSON, and reads the TOML back.
func checkNewLevelWritten(t *testing.T, v *Values, value, origin string) {
	t.Helper()
	content, err := v.TOML(func(e Entry) string { return e.Origin })
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "new_level = '"+value+"' ") || !strings.HasSuffix(last, "# "+origin) {
		t.Errorf("the last line is %s", last)
	}
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	given, err := FromRun(path)
	if err != nil || given["new-level"].Text != value {
		t.Errorf("read back as %v, %v", given["new-level"], err)
	}
	var b bytes.Buffer
	if err := v.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var list []struct{ Name, From string }
	var values []struct{ Value any }
	if err := cmp.Or(json.Unmarshal(b.Bytes(), &list), json.Unmarshal(b.Bytes(), &values)); err != nil {
		t.Fatal(err)
	}
	if i := len(list) - 1; list[i].Name != "new_level" || values[i].Value != value || list[i].From != origin {
		t.Errorf("the JSON ends with %+v, %v", list[i], values[i])
	}
}

// TestUsualLearningRate checks that the rate does not depend on the one that was given.
func TestUsualLearningRate(t *testing.T) {
	for line, want := range map[string]float64{
		"--lr 7":                  0.5,
		"--optimizer adam --lr 7": 0.001,
		"--optimizer momentum --momentum 0.95 --lr 7": 0.025,
		"--preset notebook":                           0.0001,
	} {
		if got := mustResolve(t, line).UsualLearningRate(); got != want {
			t.Errorf("%s: got %v, want %v", line, got, want)
		}
	}
}
