package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// A settings file is TOML whose keys are the names of flags, with _ for -:
//
//	hidden = [1024, 512]
//	lr = 0.2
//	batch = "full"
//
// A run's config.toml is one, so that --config repeats the run.

// setting is the value of a flag, as it is written in a settings file.
type setting struct {
	flag    *pflag.Flag
	value   string
	comment string
}

// noComment is for lists of settings whose comments nobody reads.
func noComment(*pflag.Flag) string { return "" }

// flagValues returns the values of a list by the names of their flags.
func flagValues(list []setting) map[string]string {
	values := map[string]string{}
	for _, l := range list {
		values[l.flag.Name] = l.value
	}
	return values
}

// list returns the resolved settings of a run, with comment called for the comment of
// each.
func (s *settings) list(comment func(*pflag.Flag) string) []setting {
	presets := s.presets()
	var list []setting
	s.flags.VisitAll(func(f *pflag.Flag) {
		if !s.tells(f.Name) {
			return
		}
		resolved := f
		if p := presets.Lookup(f.Name); p != nil {
			resolved = p
		}
		list = append(list, setting{f, resolved.Value.String(), comment(f)})
	})
	return list
}

// presets returns the flags that a preset has values for, set to those of s.config.
func (s *settings) presets() *pflag.FlagSet {
	config := s.config
	f := pflag.NewFlagSet("preset", pflag.ContinueOnError)
	registerConfig(f, &config)
	return f
}

// tells reports whether a flag is a setting of the run, rather than of how one command
// behaves.
func (s *settings) tells(flag string) bool {
	switch flag {
	case "config", "help", "run-dir", "resume", "json", "quiet", "trace", "graph", "step-timeout", "verify-every", "report":
		return false
	case "epochs":
		return s.config.Steps == 0
	case "steps":
		return s.config.Steps > 0
	case "classes":
		return !builtIn(s.data)
	case "device", "precision", "engine":
		return s.backend == "cuda"
	case "blas":
		return s.blas != "auto"
	}
	return true
}

// key returns the name of a flag in a file.
func key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// record returns a struct type with a field for each of the settings.
func record(settings []setting) reflect.Type {
	var fields []reflect.StructField
	for i, s := range settings {
		tag := reflect.StructTag(fmt.Sprintf("toml:%q", key(s.flag.Name)))
		fields = append(fields, reflect.StructField{Name: "Field" + strconv.Itoa(i), Type: reflect.TypeOf(s.literal()), Tag: tag})
	}
	return reflect.StructOf(fields)
}

// encodeSettings returns the settings as a file, each on a line with its
// comment.
func encodeSettings(settings []setting) ([]byte, error) {
	file := reflect.New(record(settings)).Elem()
	for i, s := range settings {
		file.Field(i).Set(reflect.ValueOf(s.literal()))
	}
	content, err := toml.Marshal(file.Interface())
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	var b bytes.Buffer
	for i, line := range lines {
		fmt.Fprintf(&b, "%-*s  # %s\n", width, line, settings[i].comment)
	}
	return b.Bytes(), nil
}

// literal returns the value in the type that TOML has for it.
func (s setting) literal() any {
	switch s.flag.Value.Type() {
	case "float64":
		if x, err := strconv.ParseFloat(s.value, 64); err == nil {
			return x
		}
	case "bool":
		return s.value == "true"
	case "widths":
		list := new(widths)
		if list.Set(s.value) == nil {
			return []int(*list)
		}
	default:
		if n, err := strconv.ParseInt(s.value, 10, 64); err == nil {
			return n
		}
	}
	return s.value
}

// toml returns the content of config.toml: settings that repeat the run, with the data
// and the backend that were actually used.
func (s *settings) toml(b backend.Backend, data *mnist.Dataset) ([]byte, error) {
	list, err := s.found(b, data)
	if err != nil {
		return nil, err
	}
	return encodeSettings(list)
}

// dataSetting returns a value for --data that finds the same data again, from any
// working directory.
func (s *settings) dataSetting(data *mnist.Dataset) (string, error) {
	if builtIn(s.data) {
		return data.Name, nil
	}
	return filepath.Abs(s.data)
}

// found returns the settings of a run, with the data and the backend that were actually
// used.
func (s *settings) found(b backend.Backend, data *mnist.Dataset) ([]setting, error) {
	made := *s
	made.backend = b.Name()
	source, err := s.dataSetting(data)
	if err != nil {
		return nil, err
	}
	found := map[string]string{"backend": b.Name(), "classes": s.classes.of(data), "data": source}
	list := made.list(func(f *pflag.Flag) string {
		if f.Name == "backend" {
			return b.Device()
		}
		_, usage := pflag.UnquoteUsage(f)
		return usage
	})
	for i, l := range list {
		if v, ok := found[l.flag.Name]; ok {
			list[i].value = v
		}
	}
	return list, nil
}
