package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A flag takes its value from the first of these sources that has one: the command
// line, the environment, the file that --config names, the preset, and the flag's own
// default. The values of the environment and the file are set here, as if they had been
// typed.

// originNote is the annotation of a flag that says which source set it.
const originNote = "origin"

// applySources sets the flags of cmd that were not typed, from the environment and then
// from the file of --config. An error is a mistake in one of these.
func applySources(cmd *cobra.Command) error {
	f := cmd.Flags()
	if err := setFrom(f, fromEnvironment); err != nil {
		return usageError(cmd, err)
	}
	file := f.Lookup("config")
	if file == nil || file.Value.String() == "" {
		return nil
	}
	from, err := fromFile(f, file.Value.String())
	if err == nil {
		err = setFrom(f, from)
	}
	if err != nil {
		return usageError(cmd, err)
	}
	return nil
}

// A valueSource returns its value for a flag, or nil, and where the value comes from.
type valueSource func(f *pflag.Flag) (value *string, origin string)

// setFrom sets the flags that no stronger source has set or overruled.
func setFrom(f *pflag.FlagSet, from valueSource) error {
	stronger := map[string]string{}
	f.Visit(func(flag *pflag.Flag) { stronger[flag.Name] = flag.Value.String() })
	var mistakes []error
	f.VisitAll(func(flag *pflag.Flag) {
		value, origin := from(flag)
		if value == nil || flag.Changed || overruled(flag.Name, stronger) {
			return
		}
		if f.Set(flag.Name, *value) != nil {
			mistakes = append(mistakes, fmt.Errorf("%s %q: want %s", origin, *value, wantedBy(flag)))
		}
		f.SetAnnotation(flag.Name, originNote, []string{origin})
	})
	return errors.Join(mistakes...)
}

// overruled reports whether a flag set by a stronger source makes the flag of the given
// name meaningless.
func overruled(name string, stronger map[string]string) bool {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { _, ok := stronger[n]; return ok })
	}
	switch {
	case name == "epochs":
		return has("steps")
	case name == "steps":
		return has("epochs")
	case name == "backend":
		return has(gpuFlags...)
	case slices.Contains(gpuFlags, name):
		return stronger["backend"] == "cpu"
	}
	return false
}

// fromEnvironment is the source of the variables MNISTGPU_LR, MNISTGPU_RUN_DIR and so
// on. An empty one counts as unset.
func fromEnvironment(f *pflag.Flag) (value *string, origin string) {
	name := variable(f.Name)
	if v := os.Getenv(name); v != "" && f.Name != "help" {
		return &v, name
	}
	return nil, ""
}

// variable returns the name of the environment variable of a flag. That of --data is
// not MNISTGPU_DATA, which names the folder of MNIST itself, whatever data a run uses.
func variable(flag string) string {
	if flag == "data" {
		return "MNISTGPU_DATASET"
	}
	return "MNISTGPU_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// from says which source gave a flag its value.
func (s *settings) from(f *pflag.Flag) string {
	if note := f.Annotations[originNote]; len(note) > 0 {
		return note[0]
	}
	if f.Changed {
		return "--" + f.Name
	}
	if on := s.usual[f.Name]; on != "" {
		return fmt.Sprintf("usual for %s %v", key(on), s.presets().Lookup(on).Value)
	}
	if s.presets().Lookup(f.Name) != nil {
		return "preset " + s.preset
	}
	return "default"
}
