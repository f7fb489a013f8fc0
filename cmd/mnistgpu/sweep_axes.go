package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
)

// axisFlag is a flag of train that takes a list or a range in a sweep. The layers of
// one network are then joined by an x, since the comma separates trials.
type axisFlag struct {
	of   *pflag.Flag // of train, which must accept each value
	text string
	axis sweep.Axis
}

func (a *axisFlag) String() string { return a.text }

func (a *axisFlag) Set(text string) error {
	axis, err := sweep.ParseAxis(a.of.Name, text)
	if err != nil {
		return err
	}
	for _, v := range axis.Values {
		if err := a.of.Value.Set(typedFor(a.of, v)); err != nil {
			return err
		}
	}
	a.axis, a.text = axis, text
	return nil
}

func (a *axisFlag) Type() string { return "list" }

// typedFor returns a value of an axis as train's flag takes it.
func typedFor(flag *pflag.Flag, value string) string {
	if flag.Value.Type() == "widths" {
		return strings.ReplaceAll(value, "x", ",")
	}
	return value
}

// whole reports whether the flag takes whole numbers only.
func (a *axisFlag) whole() bool {
	return slices.Contains([]string{"int", "uint64", "widths", "images"}, a.of.Value.Type())
}

// registerTrain gives f the flags of train that make sense for many runs. Those
// that presets have values for become lists.
func (s *sweepSettings) registerTrain(f *pflag.FlagSet) {
	all := pflag.NewFlagSet("train", pflag.ContinueOnError)
	s.base.register(all)
	lists := pflag.NewFlagSet("lists", pflag.ContinueOnError)
	registerConfig(lists, &s.base.config)
	s.base.config = train.Preset("default")
	s.axes = map[string]*axisFlag{}
	all.VisitAll(func(flag *pflag.Flag) {
		of := lists.Lookup(flag.Name)
		switch {
		case of != nil:
			a := &axisFlag{of: of, text: strings.ReplaceAll(of.Value.String(), ",", "x")}
			s.axes[flag.Name] = a
			_, usage := pflag.UnquoteUsage(flag)
			usage, _, _ = strings.Cut(usage, "; exit code") // a trial has no exit code
			f.Var(a, flag.Name, strings.Replace(usage, "1024,512", "300,400,1024x512", 1))
		case !slices.Contains(ofOneRun, flag.Name):
			s.shared = append(s.shared, flag)
			f.AddFlag(flag)
		}
	})
}

// ofOneRun are the flags of train that a sweep replaces by its own or does not have.
var ofOneRun = []string{"preset", "device", "graph", "trace", "run-dir", "keep", "resume", "report", "json", "quiet"}

// spec returns the trials that the flags ask for. It names the data that were actually
// found, so that no shard uses others.
func (s *sweepSettings) spec(f *pflag.FlagSet, data *mnist.Dataset) (*sweep.Spec, error) {
	spec := &sweep.Spec{Seed: s.seed()}
	axes := s.lists(f)
	for _, a := range axes {
		spec.Axes = append(spec.Axes, a.Name)
	}
	var err error
	switch {
	case s.preset == notebookGrid:
		spec.Axes, spec.Trials = notebookTrials()
	case s.method == "random":
		whole := func(name string) bool { return s.axes[name].whole() }
		spec.Trials = sweep.Random(axes, s.trials, spec.Seed, whole)
	default:
		if spec.Trials, err = sweep.Grid(axes); err != nil {
			return nil, fmt.Errorf("--%w", err)
		}
	}
	return spec, s.setBase(spec, data)
}

// lists returns the axes in which trials differ, in the order in which they were
// typed.
func (s *sweepSettings) lists(f *pflag.FlagSet) (axes []sweep.Axis) {
	f.Visit(func(flag *pflag.Flag) {
		if a := s.axes[flag.Name]; a != nil && len(a.axis.Values) != 1 {
			axes = append(axes, a.axis)
		}
	})
	return axes
}

// setBase records the settings that all trials share. A learning rate that depends on
// the optimizer, for example, is not among them if the optimizer is an axis.
func (s *sweepSettings) setBase(spec *sweep.Spec, data *mnist.Dataset) error {
	common, err := s.common(spec, data)
	if err != nil {
		return err
	}
	one, err := s.settings(spec.Trial(0))
	if err != nil {
		return err
	}
	for _, l := range one.list(noComment) {
		name, value := l.flag.Name, l.value
		_, shared := common[name]
		switch {
		case !shared || name == "seed" || slices.Contains(saveFlags, name) || slices.Contains(spec.Axes, name):
			continue
		case name == "data" && builtIn(value):
			value = data.Name
		case name == "classes":
			value = one.classes.of(data)
		}
		spec.Base = append(spec.Base, sweep.Setting{Name: name, Value: value})
	}
	return nil
}

// common returns the settings whose values are the same in all trials, by the names of
// their flags. Its error is what train would reject in a trial: it is found before
// anything is trained.
func (s *sweepSettings) common(spec *sweep.Spec, data *mnist.Dataset) (map[string]string, error) {
	var common map[string]string
	for i := range spec.Trials {
		one, err := s.settings(spec.Trial(i))
		if err == nil {
			err = fits(one.config, data.Train.Len())
		}
		if err != nil {
			return nil, err
		}
		values := flagValues(one.list(noComment))
		if common == nil {
			common = values
		}
		maps.DeleteFunc(common, func(name, value string) bool { return values[name] != value })
	}
	return common, nil
}

// seed returns the seed that those of the trials are made from.
func (s *sweepSettings) seed() uint64 {
	if values := s.axes["seed"].axis.Values; len(values) == 1 {
		n, err := strconv.ParseUint(values[0], 10, 64)
		if err != nil {
			panic("mnistgpu: a seed that train does not take")
		}
		return n
	}
	return train.Preset("default").Seed
}

// trialCommand returns the command line of train that repeats a trial of the
// spec. The error says that the spec has settings that train does not take.
func trialCommand(spec *sweep.Spec, trial *sweep.Outcome) (string, error) {
	one, f := newSettings()
	seed := sweep.Setting{Name: "seed", Value: strconv.FormatUint(trial.Seed, 10)}
	for _, v := range slices.Concat(spec.Base, trial.Settings, []sweep.Setting{seed}) {
		flag := f.Lookup(v.Name)
		if flag == nil {
			return "", errors.New("train has no " + v.Name)
		}
		if err := f.Set(v.Name, typedFor(flag, v.Value)); err != nil {
			return "", err
		}
	}
	if err := one.resolve(f); err != nil {
		return "", err
	}
	return one.command(), nil
}

// settings returns the settings of one trial, as train would have them.
func (s *sweepSettings) settings(t sweep.Trial) (*settings, error) {
	one, f := newSettings()
	values := []sweep.Setting{{Name: "preset", Value: s.preset}, {Name: "seed", Value: strconv.FormatUint(t.Seed, 10)}}
	if s.preset == notebookGrid {
		values[0].Value = "notebook"
	}
	for _, flag := range s.shared {
		if flag.Changed {
			values = append(values, sweep.Setting{Name: flag.Name, Value: flag.Value.String()})
		}
	}
	for name, a := range s.axes {
		if len(a.axis.Values) == 1 && name != "seed" {
			values = append(values, sweep.Setting{Name: name, Value: a.axis.Values[0]})
		}
	}
	for _, v := range append(values, t.Settings...) {
		flag := f.Lookup(v.Name)
		if s.axes[v.Name] != nil {
			v.Value = typedFor(flag, v.Value)
		}
		if err := f.Set(v.Name, v.Value); err != nil {
			return nil, fmt.Errorf("trial %d: --%s %q: want %s", t.Index, v.Name, v.Value, wanted(flag.Value.Type()))
		}
	}
	return one, one.resolve(f)
}
