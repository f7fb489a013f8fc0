package settings

import (
	"cmp"
	"slices"

	"mnistgpu/gpu"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// Values are the settings of a run, or of another command that trains or runs a network.
type Values struct {
	Config string // the file of settings, or ""
	Preset string

	Data    string // auto, mnist, synthetic or a folder
	Classes Classes

	Backend     string // auto, cpu or cuda
	BLAS        string // what multiplies on the CPU
	Threads     int    // of the CPU, or 0 for all; not a setting
	GPU         gpu.Options
	Graph       bool // replay a step on a GPU as one CUDA graph
	Trace       bool // time each call of a step on a GPU
	VerifyEvery int  // have the CPU compute every so many steps too; 0 for none

	RunDir    string // "" to choose one
	SaveEvery Interval
	Keep      int    // saved states
	Resume    string // never or auto
	Report    bool
	JSON      bool
	Quiet     bool

	Train train.Config

	command Command           // which has the settings that are listed; 0 for train
	given   Given             // what someone chose
	usual   map[string]string // settings with their usual value for another one, by name
}

// BuiltIn reports whether data names what the program finds or draws itself, rather than
// a folder.
func BuiltIn(data string) bool { return slices.Contains(builtIn, data) }

var builtIn = []string{"auto", "mnist", "synthetic"}

// With returns a copy of v with the backend and the data that were found, so that its
// settings find the same ones again.
func (v *Values) With(backend, data string, classes Classes) *Values {
	found := *v
	found.Backend, found.Data, found.Classes = backend, data, classes
	return &found
}

// Only returns a copy of v that lists no other settings than a command has.
func (v *Values) Only(command Command) *Values {
	some := *v
	some.command = command
	return &some
}

// ClassesIn returns the classes as they were found in data.
func (v *Values) ClassesIn(data *mnist.Dataset) Classes { return v.Classes.In(data) }

// isGiven reports whether someone chose the setting of the given name.
func (v *Values) isGiven(name string) bool {
	c, ok := v.given[name]
	return ok && c.force == chosen
}

// countsSteps reports whether the length of the run is given in steps, not in epochs.
func (v *Values) countsSteps() bool {
	return v.isGiven("steps") || v.Train.Steps > 0 && !v.isGiven("epochs")
}

// An Entry is the value of a setting.
type Entry struct {
	Row    *Row
	Value  string
	Origin string // what gave the setting its value
}

// List returns the settings of a run, in the order of the table.
func (v *Values) List() []Entry { return v.list((*Row).appliesTo) }

// Used is [Values.List] without the settings that make no difference to the run.
func (v *Values) Used() []Entry { return v.list((*Row).usedBy) }

func (v *Values) list(has func(*Row, *Values) bool) []Entry {
	var list []Entry
	for _, r := range table {
		if r.Scope != Invocation && r.In&cmp.Or(v.command, Train) != 0 && has(r, v) {
			list = append(list, Entry{r, r.of(v).String(), v.origin(r)})
		}
	}
	return list
}

// origin says what gave a setting its value.
func (v *Values) origin(r *Row) string {
	if c, ok := v.given[r.Name]; ok && (c.force == chosen || c.force == implied && c.Text == r.of(v).String()) {
		return c.Origin
	}
	if on := v.usual[r.Name]; on != "" {
		return "usual for " + Key(on) + " " + lookup(on).of(v).String()
	}
	if r.Default == "" {
		return "preset " + v.Preset
	}
	return "default"
}
