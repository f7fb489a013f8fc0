package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

// readSettings returns the settings in the config.toml of a run.
func readSettings(dir string) (*settings, error) {
	s, f := newSettings()
	return s, s.read(f, dir)
}

// read takes the settings from the config.toml of a run, except those whose flags in f
// were given.
func (s *settings) read(f *pflag.FlagSet, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return faults.Inf(dir, "must be the folder of a run (got a file)")
	}
	path := filepath.Join(dir, run.ConfigFile)
	if _, err := os.Stat(path); err != nil {
		return faults.In(path, err).WithHint("give a folder that mnistgpu train made; mnistgpu runs lists the runs")
	}
	file, err := fromFile(f, path)
	if err != nil {
		return &failure{code: exitData, err: err}
	}
	if err := setFrom(f, file); err != nil {
		return &failure{code: exitData, err: err}
	}
	if err := s.resolve(f); err != nil {
		return faults.In(path, err)
	}
	return nil
}

// command returns the command line that repeats a run with the settings, for a POSIX
// shell. It has the flags that matter most, and all others that would have a different
// value if left out.
func (s *settings) command() string {
	list := s.list(noComment)
	said := map[string]bool{"data": true, "backend": true, "seed": true, "preset": s.preset != "default"}
	for {
		before := len(said)
		others := defaultsBeside(list, said)
		for _, l := range list {
			if value, ok := others[l.flag.Name]; !ok || value != l.value {
				said[l.flag.Name] = true
			}
		}
		if len(said) == before {
			break
		}
	}
	words := []string{"mnistgpu", "train"}
	for _, l := range list {
		switch {
		case !said[l.flag.Name]:
		case l.flag.NoOptDefVal != "": // a switch, which does not take the next word as its value
			words = append(words, "--"+l.flag.Name+"="+l.value)
		default:
			words = append(words, "--"+l.flag.Name, shellWord(l.value))
		}
	}
	return strings.Join(words, " ")
}

// defaultsBeside returns what all settings resolve to if only those of the list that
// are said are given. It returns nil if these alone make no sense.
func defaultsBeside(list []setting, said map[string]bool) map[string]string {
	s, f := newSettings()
	for _, l := range list {
		if said[l.flag.Name] && f.Set(l.flag.Name, l.value) != nil {
			return nil
		}
	}
	if s.resolve(f) != nil {
		return nil
	}
	return flagValues(s.list(noComment))
}

// plainWord matches a word that a shell takes literally.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellWord quotes a word for a POSIX shell if needed.
func shellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
