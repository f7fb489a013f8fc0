package settings

import (
	"mnistgpu/gpu"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/train"
)

// Resolve returns the values of all settings, given some of them. The error, of the kind
// [fault.BadUsage], names the first one that makes no sense and what it must be.
func Resolve(given Given) (*Values, error) {
	v, err := resolve(given)
	if err != nil {
		return nil, err
	}
	for _, r := range table {
		if err := v.check(r); err != nil {
			return nil, err
		}
	}
	v.finish()
	return v, nil
}

// resolve sets all values without checking them.
func resolve(given Given) (*Values, error) {
	v := &Values{given: given, usual: map[string]string{}}
	v.setDefaults()
	for _, r := range table {
		if c, ok := given[r.Name]; ok && c.force != implied && r.of(v).Set(c.Text) != nil {
			return nil, fault.Usage("%s must be %s (got %q)", c.Origin, r.Must(), c.Text)
		}
		if r.Name == "preset" {
			v.Train = train.Preset(v.Preset)
		}
	}
	if err := v.selectBackend(); err != nil {
		return nil, err
	}
	for _, r := range table {
		if !v.isGiven(r.Name) {
			v.setUsual(r)
		}
	}
	if v.countsSteps() {
		v.Train.Epochs = 0
	} else {
		v.Train.Steps = 0
	}
	return v, nil
}

// setDefaults sets what no preset and no other setting decides.
func (v *Values) setDefaults() {
	for _, r := range table {
		if r.Default != "" && r.of(v).Set(r.Default) != nil {
			panic("settings: a default that is not a value")
		}
	}
}

// setUsual sets a value that was not given to its usual one for the others.
func (v *Values) setUsual(r *Row) {
	if r.usual == nil {
		return
	}
	value, on := r.usual(v)
	if value == "" || value == r.of(v).String() {
		return
	}
	if r.of(v).Set(value) != nil {
		panic("settings: a usual value that is not one")
	}
	v.usual[r.Name] = on
}

// selectBackend sets the backend to what the settings for the CPU or for GPUs select.
func (v *Values) selectBackend() error {
	by := ""
	for _, r := range table {
		if r.Device == Any || !v.isGiven(r.Name) || r.Device == CPU && v.BLAS == "auto" {
			continue
		}
		name, origin := map[Device]string{CPU: "cpu", GPU: "cuda"}[r.Device], v.given[r.Name].Origin
		switch {
		case by == "" && v.isGiven("backend") && v.Backend != name && v.Backend != "auto":
			return fault.Usage("%s needs --backend %s (got %s)", origin, name, v.Backend)
		case by != "" && v.Backend != name:
			return fault.Usage("%s and %s exclude each other: one is for the CPU, the other for a GPU", by, origin)
		}
		v.Backend, by = name, origin
	}
	return nil
}

// check returns an error unless the value of r is one that the run can have. It switches
// off what the others leave no room for.
func (v *Values) check(r *Row) error {
	value := r.of(v).String()
	choice, given := v.given[r.Name], v.isGiven(r.Name)
	label := choice.Origin
	if !given {
		label = "--" + r.Name
	}
	if given && v.isGiven(r.excludes) {
		return fault.Usage("%s and %s exclude each other", label, v.given[r.excludes].Origin)
	}
	switch {
	case !r.appliesTo(v):
		return nil
	case !r.usedBy(v):
		if given && !choice.InFile && value != v.off(r) {
			return fault.Usage("%s needs %s", label, r.needs)
		}
		return r.of(v).Set(v.off(r)) // so that nothing can see what a file has
	case !r.fits(v):
		return fault.Usage("%s must be %s (got %s)", label, r.must.text, value)
	case given && r.of(v) == Value(&v.Classes):
		return v.Classes.Check(label) // which has more to tell about names
	}
	return nil
}

// off returns the value of a setting that switches it off, which is allowed even where
// the others leave no room for it.
func (v *Values) off(r *Row) string {
	without := &Values{Train: train.Preset(v.Preset)}
	without.setDefaults()
	return r.of(without).String()
}

// finish sets what follows from other settings.
func (v *Values) finish() {
	v.GPU.NoGraph = !v.Graph
	if v.Trace {
		v.GPU.Trace = new(gpu.Trace)
	}
	if v.VerifyEvery > 0 {
		v.GPU.Engine = gpu.Ops // which can be verified one by one
	}
}
