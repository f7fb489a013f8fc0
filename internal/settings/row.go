// Package settings is the one table of what a run depends on. Flags, environment
// variables, settings files, help, shell completion, a run's fingerprint and the command
// line that repeats a run all derive from its rows.
package settings

import (
	"math"
	"slices"
)

// A Row is one setting.
type Row struct {
	Name  string // of the flag; the key in a file has _ for -
	Group Group
	Scope Scope
	In    Command // the commands that have it
	Sweep bool    // a sweep can vary it
	Arg   string  // what stands for the value in help, unless there is a choice of words
	Help  string  // one sentence
	Label string  // of an axis in a chart, or "" for the name

	// Device is what giving the setting selects.
	Device Device

	// Default is the value where nothing else decides, for a setting that no preset has.
	Default string

	// usual returns the value for those of the settings on which it depends, and the
	// name of the one that decides; or "" to leave it to the preset.
	usual func(v *Values) (value, on string)

	// applies reports whether a run has the setting at all; nil means always. Where it
	// does not apply, it is not part of the run's settings.
	applies func(v *Values) bool

	// excludes is the name of a setting that cannot be given as well, or "".
	excludes string

	// needed reports whether the other settings leave room for this one; nil means
	// always. If they do not, it must have its off value, and needs says what is missing.
	needed func(v *Values) bool
	needs  string

	// must restricts the value; nil accepts whatever can be parsed.
	must *rule

	of func(v *Values) Value // where the value is
}

// Group is where help lists a setting.
type Group string

// The groups, in the order of help.
const (
	Sources   Group = "Settings"
	Data      Group = "Data"
	Network   Group = "Network"
	Optimizer Group = "Optimizer"
	Schedule  Group = "Learning-rate schedule"
	Stopping  Group = "Validation and stopping"
	Saving    Group = "Saving"
	Machine   Group = "CPU and GPU"
	Output    Group = "Output"
)

// Groups lists the groups in the order of help.
func Groups() []Group {
	return []Group{Sources, Data, Network, Optimizer, Schedule, Stopping, Saving, Machine, Output}
}

// Scope says what depends on a setting.
type Scope uint8

// The scopes.
const (
	Result     Scope = iota // the bits of the result: the setting is part of a run's fingerprint
	Run                     // how a run is carried out: it is in config.toml
	Invocation              // one invocation of the command
)

// Device is the kind of device that a setting is for.
type Device uint8

// The devices.
const (
	Any Device = iota
	CPU
	GPU
)

// Command is a set of commands.
type Command uint8

// The commands that have settings.
const (
	Train Command = 1 << iota
	Resume
	Sweep
	LRFind
	Model // commands that use a trained model
)

// A rule restricts the value of a setting, which x is if it is a number, times in seconds.
type rule struct {
	text  string // what the value must be
	holds func(v *Values, x float64) bool
}

// limited returns a rule about a number alone. A number that is not finite violates it.
func limited(text string, holds func(x float64) bool) *rule {
	return &rule{text, func(_ *Values, x float64) bool { return holds(x) && !math.IsInf(x, 0) }}
}

var (
	positive    = limited("greater than 0", func(x float64) bool { return x > 0 })
	notNegative = limited("0 or greater", func(x float64) bool { return x >= 0 })
	atLeastOne  = limited("at least 1", func(x float64) bool { return x >= 1 })
	belowOne    = limited("at least 0 and less than 1", func(x float64) bool { return x >= 0 && x < 1 })
	fraction    = limited("from 0 to 1, such as 0.97", func(x float64) bool { return x >= 0 && x <= 1 })
)

// lookup returns the row of a name, or nil.
func lookup(name string) *Row {
	i := slices.IndexFunc(table, func(r *Row) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return table[i]
}

// Lookup returns the row of a name. It panics if there is none.
func Lookup(name string) *Row {
	r := lookup(name)
	if r == nil {
		panic("settings: unknown name")
	}
	return r
}

// Names lists all settings.
func Names() []string {
	var names []string
	for _, r := range table {
		names = append(names, r.Name)
	}
	return names
}

// Axes lists the settings that a sweep can vary.
func Axes() []*Row { return rows(func(r *Row) bool { return r.Sweep }) }

// rows lists the rows that match keep, in the order of the table.
func rows(keep func(*Row) bool) []*Row {
	var list []*Row
	for _, r := range table {
		if keep(r) {
			list = append(list, r)
		}
	}
	return list
}

// Accepts returns an error unless a value, as it is typed after the flag, can be parsed.
func (r *Row) Accepts(text string) error { return r.of(new(Values)).Set(text) }

// Must says what the value of the setting must be.
func (r *Row) Must() string { return r.of(new(Values)).Must() }

// Words lists the values of a setting with a fixed choice, or nil.
func (r *Row) Words() []string {
	if c, ok := r.of(new(Values)).(interface{ Words() []string }); ok {
		return c.Words()
	}
	return nil
}

// Whole reports whether the value is a whole number, or several.
func (r *Row) Whole() bool {
	switch r.of(new(Values)).(type) {
	case *count, *seed, *widths, *batchSize:
		return true
	}
	return false
}

// IsList reports whether a value may have several parts between commas.
func (r *Row) IsList() bool {
	_, ok := r.of(new(Values)).(*widths)
	return ok
}

// fits reports whether the value in v is one that the rule allows.
func (r *Row) fits(v *Values) bool {
	if r.must == nil {
		return true
	}
	return r.must.holds(v, asNumber(r.of(v)))
}

// appliesTo reports whether a run with the settings v has this one.
func (r *Row) appliesTo(v *Values) bool { return r.applies == nil || r.applies(v) }

// usedBy reports whether it makes a difference to a run with the settings v.
func (r *Row) usedBy(v *Values) bool {
	return r.appliesTo(v) && (r.needed == nil || r.needed(v))
}
