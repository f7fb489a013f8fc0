package settings

import (
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/internal/train"
)

// setting is the flag of a row.
type setting struct {
	row    *Row
	choice *Choice // nil unless someone chose a value or the command has its own default
}

func (s *setting) String() string {
	if s.choice == nil {
		return ""
	}
	return s.choice.Text
}

// Set keeps the text of a value that the setting accepts.
func (s *setting) Set(text string) error {
	return s.Choose(Choice{Text: text, Origin: "--" + s.row.Name})
}

// Choose implements [Chooser].
func (s *setting) Choose(c Choice) error {
	value := s.row.of(new(Values))
	if err := value.Set(c.Text); err != nil {
		return err
	}
	c.Text = value.String()
	s.choice = &c
	return nil
}

// Type returns what stands for the value in help.
func (s *setting) Type() string { return s.row.arg() }

// Must says what the value must be.
func (s *setting) Must() string { return s.row.Must() }

// Words lists the values of a setting with a fixed choice.
func (s *setting) Words() []string { return s.row.Words() }

// groupNote is the annotation of a flag that says in which group help lists it.
const groupNote = "group"

// GroupOf returns the group in which help lists a flag, or "" for one that is not a
// setting.
func GroupOf(flag *pflag.Flag) Group {
	if note := flag.Annotations[groupNote]; len(note) > 0 {
		return Group(note[0])
	}
	return ""
}

// SetGroup says in which group help lists a flag.
func SetGroup(f *pflag.FlagSet, name string, group Group) {
	f.SetAnnotation(name, groupNote, []string{string(group)})
}

// Register defines the flags of the settings that commands of the given kind have. Help
// shows the values of the default preset.
func Register(f *pflag.FlagSet, command Command) {
	f.SortFlags = false
	for _, r := range rows(func(r *Row) bool { return r.In&command != 0 }) {
		flag := f.VarPF(&setting{row: r}, r.Name, "", r.Help)
		flag.DefValue = r.ShownDefault()
		if r.isToggle() {
			flag.NoOptDefVal = "true"
		}
		SetGroup(f, r.Name, r.Group)
	}
}

// SetDefault gives a setting another default in one command.
func SetDefault(f *pflag.FlagSet, name, value string) {
	flag := f.Lookup(name)
	flag.DefValue = value
	flag.Value.(*setting).choice = &Choice{Text: value, force: fallback}
}

// GivenBy returns the settings that the flags of a command, or what stands for them in
// the environment or a file, gave.
func GivenBy(f *pflag.FlagSet) Given {
	given := Given{}
	f.VisitAll(func(flag *pflag.Flag) {
		if s, ok := flag.Value.(*setting); ok && s.choice != nil {
			given[flag.Name] = *s.choice
		}
	})
	return given
}

// chosenBy returns the flags that were set, whether they are settings or have only the
// names of settings, as in a sweep.
func chosenBy(f *pflag.FlagSet) Given {
	given := Given{}
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed {
			given[flag.Name] = Choice{Text: flag.Value.String()}
		}
	})
	return given
}

// arg returns what stands for the value in help.
func (r *Row) arg() string {
	switch {
	case r.Arg != "":
		return r.Arg
	case r.isToggle():
		return "bool"
	}
	return strings.Join(r.Words(), "|")
}

// ShownDefault returns the default that help shows, or "" for a setting that is off or
// whose Help tells the default.
func (r *Row) ShownDefault() string {
	v := &Values{Preset: "default", Train: train.Preset("default")}
	v.setDefaults()
	value := r.of(v).String()
	switch {
	case value == "0" || value == "false":
		return ""
	case r.Name == "pixel-scale":
		return "1/255"
	}
	return value
}

func (r *Row) isToggle() bool {
	_, ok := r.of(new(Values)).(*toggle)
	return ok
}
