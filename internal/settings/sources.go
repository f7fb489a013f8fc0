package settings

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/internal/fault"
)

// A flag takes its value from the first of these sources that has one: the command line,
// the environment, the file that --config names, the preset or another setting on which
// it depends, and the flag's own default. [Apply] sets the values of the environment and
// of the file, as if they had been typed.

// Variable returns the name of the environment variable of a flag. That of --data is not
// MNISTGPU_DATA, which names the folder of MNIST itself, whatever data a run uses.
func Variable(flag string) string {
	if flag == "data" {
		return "MNISTGPU_DATASET"
	}
	return "MNISTGPU_" + strings.ToUpper(Key(flag))
}

// Apply sets the flags that were not typed, from the environment and then from the file
// of --config. An empty variable counts as unset.
func Apply(f *pflag.FlagSet, getenv func(string) string) error {
	environment := func(flag *pflag.Flag) (Choice, bool) {
		name := Variable(flag.Name)
		text := getenv(name)
		return Choice{Text: text, Origin: name}, text != "" && flag.Name != "help"
	}
	if err := apply(f, environment); err != nil {
		return err
	}
	config := f.Lookup("config")
	if config == nil || config.Value.String() == "" {
		return nil
	}
	return applyFile(f, config.Value.String())
}

// apply sets the flags that no stronger source has set or overruled.
func apply(f *pflag.FlagSet, source func(*pflag.Flag) (Choice, bool)) error {
	stronger := chosenBy(f)
	var mistakes []error
	f.VisitAll(func(flag *pflag.Flag) {
		c, ok := source(flag)
		if r := lookup(flag.Name); !ok || flag.Changed || r != nil && stronger.overrules(r) {
			return
		}
		if err := choose(flag, c); err != nil {
			mistakes = append(mistakes, err)
		}
	})
	return errors.Join(mistakes...)
}

// A Chooser is the value of a flag that keeps the choice which set it. All other flags
// keep only the text.
type Chooser interface {
	// Choose sets the value to the text of c.
	Choose(c Choice) error
}

// choose sets a flag.
func choose(flag *pflag.Flag, c Choice) error {
	chooser, keeps := flag.Value.(Chooser)
	set := func() error { return flag.Value.Set(c.Text) }
	if keeps {
		set = func() error { return chooser.Choose(c) }
	}
	if set() != nil {
		return fault.Usage("%s must be %s (got %q)", c.Origin, MustOf(flag), c.Text)
	}
	flag.Changed = !keeps || c.force != implied
	return nil
}

// applyFile sets flags from a file of settings, which may also have settings of other
// commands.
func applyFile(f *pflag.FlagSet, path string) error {
	content, err := readFile(path)
	if err != nil {
		return err
	}
	var names []string
	choices := Given{}
	f.VisitAll(func(flag *pflag.Flag) {
		names = append(names, flag.Name)
		if c, ok := content.choice(flag.Name, separator(flag)); ok {
			choices[flag.Name] = c
		}
	})
	if err := content.unknown(names); err != nil {
		return err
	}
	choices.inOneFile()
	return apply(f, func(flag *pflag.Flag) (Choice, bool) {
		c, ok := choices[flag.Name]
		return c, ok
	})
}

// separator returns what separates the elements of a list in the text of a flag. A list
// of widths in a file describes one network, even for a sweep, which takes several.
func separator(flag *pflag.Flag) string {
	_, one := flag.Value.(*setting)
	if r := lookup(flag.Name); r != nil && r.IsList() && !one {
		return "x"
	}
	return ","
}

// MustOf says what the value of a flag must be.
func MustOf(flag *pflag.Flag) string {
	if v, ok := flag.Value.(interface{ Must() string }); ok {
		return v.Must()
	}
	return flag.Value.Type()
}
