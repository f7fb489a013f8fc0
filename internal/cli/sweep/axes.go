package sweep

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
)

// axes are the settings that a sweep can vary.
type axes struct {
	named map[string]*axis
	given []*axis // in the order in which they were given
}

// axis is the flag of a setting that takes a list or a range. The layers of one network
// are then joined by an x, since the comma separates trials.
type axis struct {
	sweep.Axis
	all    *axes
	row    *settings.Row
	choice settings.Choice
}

// register defines the flags.
func (a *axes) register(f *pflag.FlagSet) {
	a.named = map[string]*axis{}
	for _, r := range settings.Axes() {
		one := &axis{all: a, row: r}
		a.named[r.Name] = one
		f.VarPF(one, r.Name, "", one.help()).DefValue = r.ShownDefault()
		settings.SetGroup(f, r.Name, r.Group)
	}
}

// differing returns the axes in which trials differ, in the order in which they were
// given.
func (a *axes) differing() []sweep.Axis {
	var list []sweep.Axis
	for _, one := range a.given {
		if !one.isSingle() {
			list = append(list, one.Axis)
		}
	}
	return list
}

// choose chooses the settings that have a single value in given.
func (a *axes) choose(given settings.Given) {
	for _, one := range a.given {
		if one.isSingle() {
			c := one.choice
			c.Text = one.row.Typed(c.Text)
			given[one.row.Name] = c
		}
	}
}

func (a *axis) isSingle() bool { return len(a.Values) == 1 }

// Choose implements [settings.Chooser].
func (a *axis) Choose(c settings.Choice) error {
	parsed, err := sweep.ParseAxis(a.row.Name, c.Text)
	if err != nil {
		return err
	}
	if parsed.Values == nil && !a.hasRanges() {
		return errors.New("not a number")
	}
	for _, v := range parsed.Values {
		if err := a.row.Accepts(a.row.Typed(v)); err != nil {
			return err
		}
	}
	a.Axis, a.choice = parsed, c
	if !slices.Contains(a.all.given, a) {
		a.all.given = append(a.all.given, a)
	}
	return nil
}

// Set implements [pflag.Value].
func (a *axis) Set(text string) error {
	return a.Choose(settings.Choice{Text: text, Origin: "--" + a.row.Name})
}

// String implements [pflag.Value].
func (a *axis) String() string { return a.choice.Text }

// Type returns what stands for the list in help.
func (a *axis) Type() string {
	return cmp.Or(a.row.Arg, strings.Join(a.row.Words(), "|")) + ",..."
}

// Words lists the values of a setting with a fixed choice.
func (a *axis) Words() []string { return a.row.Words() }

// help returns the sentence of the setting. That of the widths is about one network.
func (a *axis) help() string {
	if a.row.IsList() {
		return "widths of the hidden layers of each network, such as 300,400,1024x512"
	}
	return a.row.Help
}

// Must says what the list must be.
func (a *axis) Must() string {
	list := settings.Several(a.row.Name, new([]string)).Must()
	switch {
	case !a.hasRanges():
		return list
	case a.row.Whole():
		return list + "; or with --method random a range such as 100:1000"
	}
	return list + "; or with --method random a range such as 0.001:1"
}

// hasRanges reports whether random values can be drawn from a range: whether the setting
// takes numbers.
func (a *axis) hasRanges() bool { return a.row.Words() == nil && a.row.Accepts("1") == nil }
