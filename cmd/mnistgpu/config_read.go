package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

// fromFile returns the settings file at path as a source of values. It can set any flag
// except --config and --help. An error in its content is reported with its line.
func fromFile(f *pflag.FlagSet, path string) (valueSource, error) {
	content, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	if err := refuseTables(path, content); err != nil {
		return nil, err
	}
	var file map[string]any
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil, mistakeIn(path, err)
	}
	lines := keyLines(content)
	tables := maps.Clone(file)
	maps.DeleteFunc(tables, func(_ string, v any) bool { return reflect.TypeOf(v).Kind() != reflect.Map })
	if len(tables) > 0 {
		where, _ := firstPlace(path, lines, tables)
		return nil, fmt.Errorf("%s: settings have no tables", where)
	}
	values := map[string]string{}
	f.VisitAll(func(flag *pflag.Flag) {
		if v, ok := file[key(flag.Name)]; ok && flag.Name != "config" && flag.Name != "help" {
			values[flag.Name] = typed(v, separator(flag))
		}
	})
	_, all := newSettings() // this command may not have all of them
	all.VisitAll(func(flag *pflag.Flag) { delete(file, key(flag.Name)) })
	f.VisitAll(func(flag *pflag.Flag) { delete(file, key(flag.Name)) })
	if len(file) > 0 {
		where, name := firstPlace(path, lines, file)
		return nil, fmt.Errorf("%s: unknown setting %q", where, name)
	}
	return func(flag *pflag.Flag) (*string, string) {
		if v, ok := values[flag.Name]; ok {
			return &v, fileLine(path, lines[key(flag.Name)]) + ": " + key(flag.Name)
		}
		return nil, ""
	}, nil
}

func readConfig(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, faults.Cause(err))
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, run.MaxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, faults.Cause(err))
	}
	if len(content) > run.MaxConfig {
		return nil, fmt.Errorf("%s: is not a file of settings: it is larger than 8 KiB", path)
	}
	return bytes.TrimPrefix(content, []byte("\ufeff")), nil // Windows may add a byte order mark
}

// refuseTables rejects [headers], which no setting has. The TOML reader would take time
// and memory quadratic in their number.
func refuseTables(path string, content []byte) error {
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("[")) {
			return fmt.Errorf("%s:%d: settings have no tables", path, number)
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

// fileLine formats a position as path:line, or as the path alone if the line is not
// known.
func fileLine(path string, line int) string {
	if line == 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}

// firstPlace returns the first line that sets one of the keys, and the key.
func firstPlace(path string, lines map[string]int, keys map[string]any) (where, name string) {
	names := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(lines[a], lines[b]), cmp.Compare(a, b))
	})
	return fileLine(path, lines[names[0]]), names[0]
}

// mistakeIn adds the path and, if known, the line to an error of the TOML reader.
func mistakeIn(path string, err error) error {
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, _ := syntax.Position()
		return fmt.Errorf("%s:%d: %s", path, line, strings.TrimPrefix(syntax.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// separator returns what separates the elements of a list in the text of a flag. A list
// of widths in a file describes one network, even for a sweep, which takes several.
func separator(flag *pflag.Flag) string {
	if a, ok := flag.Value.(*axisFlag); ok && a.of.Value.Type() == "widths" {
		return "x"
	}
	return ","
}

// typed returns a TOML value as it would be typed after a flag, with the separator
// between the elements of a list.
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
