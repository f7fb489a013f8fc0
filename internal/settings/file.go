package settings

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"mnistgpu/internal/fault"
)

// A settings file is TOML whose keys are the names of flags, with _ for -:
//
//	hidden = [1024, 512]
//	lr = 0.2
//	batch = "full"
//
// A run's config.toml is one, so that --config repeats the run.

// MaxBytes is the most bytes that a file of settings may have, which is more than all
// settings need. A TOML reader uses up to a hundred times the size of its file in memory.
const MaxBytes = 8 << 10

// Key returns the name of a flag in a file.
func Key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// file is the content of a file of settings, by key.
type file struct {
	path   string
	values map[string]any
	lines  map[string]int // of the keys, from 1
}

// readFile reads a file of settings. A mistake is reported with its line.
func readFile(path string) (*file, error) {
	content, err := fault.Read(path, MaxBytes)
	if err != nil {
		return nil, err
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff")) // Windows may add a byte order mark
	f := &file{path: path, lines: keyLines(content)}
	if err := f.refuseTables(content); err != nil {
		return nil, err
	}
	if err := toml.Unmarshal(withoutLeadingZeros(content), &f.values); err != nil {
		return nil, f.mistake(err)
	}
	tables := maps.Clone(f.values)
	maps.DeleteFunc(tables, func(_ string, v any) bool { _, table := v.(map[string]any); return !table })
	if len(tables) > 0 {
		return nil, noTables(f.where(f.first(tables)))
	}
	return f, nil
}

func noTables(where string) error {
	return fault.Usage("%s: tables ([name]) are not allowed in a settings file", where)
}

// refuseTables rejects [headers], which no setting has. The TOML reader would take time
// and memory quadratic in their number.
func (f *file) refuseTables(content []byte) error {
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("[")) {
			return noTables(fmt.Sprintf("%s:%d", f.path, number))
		}
	}
	return nil
}

// keyLines returns the first line that seems to set each key, counted from 1.
func keyLines(content []byte) map[string]int {
	lines := map[string]int{}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		name := strings.Trim(strings.TrimSpace(line[:max(0, strings.IndexAny(line, "=."))]), `"'`)
		if lines[name] == 0 {
			lines[name] = number
		}
	}
	return lines
}

// leadingZeros matches a number with leading zeros, which TOML refuses and flags take.
var leadingZeros = regexp.MustCompile(`([=\[,\s][+-]?)0+([0-9])`)

// withoutLeadingZeros makes numbers decimal that have leading zeros, except in lines with
// quotes, which may be texts.
func withoutLeadingZeros(content []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(content) {
		if bytes.IndexByte(line, '0') >= 0 && !bytes.ContainsAny(line, `"'`) {
			line = leadingZeros.ReplaceAll(line, []byte("$1$2"))
		}
		b.Write(line)
	}
	return b.Bytes()
}

// where formats the place of a key as path:line, or as the path alone if the line is not
// known.
func (f *file) where(key string) string {
	if f.lines[key] == 0 {
		return f.path
	}
	return fmt.Sprintf("%s:%d", f.path, f.lines[key])
}

// first returns that of the keys which the file sets first.
func (f *file) first(keys map[string]any) string {
	return slices.MinFunc(slices.Collect(maps.Keys(keys)), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.lines[a], f.lines[b]), cmp.Compare(a, b))
	})
}

// mistake adds the path and, if known, the line to an error of the TOML reader.
func (f *file) mistake(err error) error {
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, _ := syntax.Position()
		return fault.Usage("%s:%d: %s", f.path, line, strings.TrimPrefix(syntax.Error(), "toml: "))
	}
	return fault.Usage("%s: %w", f.path, err)
}

// unknown returns an error if the file has a key that is neither a setting nor one of the
// other names.
func (f *file) unknown(others []string) error {
	strange := maps.Clone(f.values)
	names := slices.Clone(others)
	for _, r := range table {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	for i, name := range names {
		names[i] = Key(name)
		delete(strange, names[i])
	}
	if len(strange) == 0 {
		return nil
	}
	slices.Sort(names) // a setting of a sweep is in both lists
	key := f.first(strange)
	return fault.Usage("%s: unknown setting %q%s", f.where(key), key, DidYouMean(key, slices.Compact(names)))
}

// choice returns the file's value for a flag as it would be typed, with a separator
// between the elements of a list.
func (f *file) choice(name, separator string) (Choice, bool) {
	key := Key(name)
	v, ok := f.values[key]
	if !ok || name == "config" || name == "help" {
		return Choice{}, false
	}
	return Choice{Text: typed(v, separator), Origin: f.where(key) + ": " + key}, true
}

// typed returns a TOML value as it would be typed after a flag.
func typed(v any, separator string) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var fields []string
	for _, element := range list {
		fields = append(fields, fmt.Sprint(element))
	}
	return strings.Join(fields, separator)
}

// FromRun returns the settings in the file that a run has written. An error about its
// content is of the kind [fault.BadData].
func FromRun(path string) (Given, error) {
	f, err := readFile(path)
	if err == nil {
		err = f.unknown(nil)
	}
	if err != nil {
		return nil, inRun(err)
	}
	if len(f.values) == 0 { // a run writes all of them
		return nil, fault.Inf(path, "has no settings: it is damaged")
	}
	given := Given{}
	for _, r := range table {
		if c, ok := f.choice(r.Name, ","); ok {
			c.InFile = true
			given[r.Name] = c
		}
	}
	return given, nil
}

// inRun returns err, which is a user's mistake in a file, as a fault of the file.
func inRun(err error) error {
	e := *fault.Of(err)
	e.Kind = fault.BadData
	return &e
}
