package sweep

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
)

// search says how the trials of a sweep are chosen, and what they have in common.
type search struct {
	preset string
	axes   axes
	method string         // grid or random
	trials int            // for random
	common settings.Given // the settings that are not axes
}

// spec returns the trials that the flags ask for. It names the data that were found, so
// that no shard uses others.
func (s *search) spec(data *mnist.Dataset) (*sweep.Spec, error) {
	spec := &sweep.Spec{Seed: s.seed()}
	axes := s.axes.differing()
	for _, a := range axes {
		spec.Axes = append(spec.Axes, a.Name)
	}
	switch {
	case s.preset == notebookGrid:
		spec.Axes, spec.Trials = notebookTrials()
	case s.method == "random":
		whole := func(name string) bool { return s.axes.named[name].row.Whole() }
		spec.Trials = sweep.Random(axes, s.trials, spec.Seed, whole)
	default:
		var err error
		if spec.Trials, err = sweep.Grid(axes); err != nil {
			return nil, fault.Usage("%w", err)
		}
	}
	return spec, s.setBase(spec, data)
}

// seed returns the seed from which the seeds of the trials are made.
func (s *search) seed() uint64 {
	seed := train.Preset("default").Seed
	if a := s.axes.named["seed"]; a.isSingle() && settings.Seed(&seed).Set(a.Values[0]) != nil {
		panic("sweep: a seed that train does not take")
	}
	return seed
}

// setBase records the settings that all trials have in common, except how their states
// are saved. A learning rate that depends on the optimizer, for example, is not among
// them if the optimizer is an axis.
func (s *search) setBase(spec *sweep.Spec, data *mnist.Dataset) error {
	same, err := s.sameInAll(spec, data)
	if err != nil {
		return err
	}
	first, err := s.trial(spec.Trial(0))
	if err != nil {
		return err
	}
	source := first.Data
	if settings.BuiltIn(source) {
		source = data.Name
	}
	for _, e := range first.With(first.Backend, source, first.ClassesIn(data)).List() {
		name := e.Row.Name
		if same[name] && name != "seed" && e.Row.Group != settings.Saving && !slices.Contains(spec.Axes, name) {
			spec.Base = append(spec.Base, sweep.Setting{Name: name, Value: e.Value})
		}
	}
	return nil
}

// sameInAll returns the names of the settings that have the same value in all trials. Its
// error is what train would reject in a trial: it is found before anything is trained.
func (s *search) sameInAll(spec *sweep.Spec, data *mnist.Dataset) (map[string]bool, error) {
	var first map[string]string
	same := map[string]bool{}
	for i := range spec.Trials {
		v, err := s.trial(spec.Trial(i))
		if err != nil {
			return nil, err
		}
		if err := shared.CheckFor(v.Train, data.Train.Len()); err != nil {
			return nil, err
		}
		values := map[string]string{}
		for _, e := range v.List() {
			values[e.Row.Name] = e.Value
		}
		if first == nil {
			first = values
			for name := range first {
				same[name] = true
			}
		}
		maps.DeleteFunc(same, func(name string, _ bool) bool {
			value, ok := values[name]
			return !ok || value != first[name]
		})
	}
	return same, nil
}

// trial returns the settings of a trial, as train would have them.
func (s *search) trial(t sweep.Trial) (*settings.Values, error) {
	given := maps.Clone(s.common)
	s.axes.choose(given)
	given.Set("seed", strconv.FormatUint(t.Seed, 10))
	for _, v := range t.Settings {
		given.Set(v.Name, settings.Lookup(v.Name).Typed(v.Value))
	}
	v, err := settings.Resolve(given)
	if err != nil && s.method == "random" { // nobody typed the values
		return nil, fault.Usage("trial %d: %w", t.Index, err)
	}
	return v, err
}

// commandLine returns the command line of train that repeats a trial of the spec. The
// error says that the spec, which someone may have edited, has settings that train does
// not take.
func commandLine(spec *sweep.Spec, trial *sweep.Outcome) (string, error) {
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	settings.Register(f, settings.Train)
	seed := sweep.Setting{Name: "seed", Value: strconv.FormatUint(trial.Seed, 10)}
	for _, v := range slices.Concat(spec.Base, trial.Settings, []sweep.Setting{seed}) {
		if f.Lookup(v.Name) == nil {
			return "", errors.New("train has no --" + v.Name)
		}
		if err := f.Set(v.Name, settings.Lookup(v.Name).Typed(v.Value)); err != nil {
			return "", err
		}
	}
	v, err := settings.Resolve(settings.GivenBy(f))
	if err != nil {
		return "", err
	}
	return v.CommandLine(), nil
}
