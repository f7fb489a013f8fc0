package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"mnistgpu/internal/mnist"
)

// A Fingerprint is what the result of a run depends on: its settings by name, with the
// checksum of the data's content as the data, and the machine and the program that
// compute it.
type Fingerprint map[string]string

// The names in a fingerprint that are not settings. They may change the bits of a
// result, but not which run it is the result of.
const (
	machineName = "machine"
	programName = "program"
)

// Fingerprint returns the fingerprint of a run on data with a checksum, by a backend of a
// machine.
func (v *Values) Fingerprint(backend, machine, program string, data *mnist.Dataset, sum string) Fingerprint {
	f := v.With(backend, v.Data, v.Classes).ResultSettings()
	f["data"], f["classes"] = sum, strconv.Itoa(data.Classes)
	f[machineName], f[programName] = machine, program
	return f
}

// ResultSettings returns the settings on which the result of a run depends, by name.
func (v *Values) ResultSettings() Fingerprint {
	f := Fingerprint{}
	for _, e := range v.Used() {
		if e.Row.Scope == Result {
			f[e.Row.Name] = e.Value
		}
	}
	return f
}

// today returns the fingerprint as this program would make it: an earlier one may have
// had fewer settings, or have named those that make no difference.
func (f Fingerprint) today() Fingerprint {
	given := Given{}
	for name, value := range f {
		if r := lookup(name); r != nil && !ofData(r) {
			given[name] = Choice{Text: value, InFile: true}
		}
	}
	v, err := Resolve(given)
	if err != nil {
		return f // of no run that this program has
	}
	t := maps.Clone(f)
	for _, r := range table {
		if r.Scope != Result || ofData(r) {
			continue
		}
		delete(t, r.Name)
		if r.usedBy(v) {
			t[r.Name] = r.of(v).String()
		}
	}
	return t
}

// ofData reports whether a fingerprint has what was found in the data in the place of a
// setting.
func ofData(r *Row) bool { return r.Name == "data" || r.Name == "classes" }

// Differences lists the settings that have changed since a run was started with f: "its
// lr is 0.5, not 0.25". Another machine or program is not one.
func (f Fingerprint) Differences(now Fingerprint) []string {
	return differences(f.today(), now, func(name string) bool { return name != machineName && name != programName })
}

// Changes is [Fingerprint.Differences] that also lists another machine or program.
func (f Fingerprint) Changes(now Fingerprint) []string {
	return differences(f.today(), now, func(string) bool { return true })
}

func differences(begun, now Fingerprint, counts func(name string) bool) (others []string) {
	names := slices.Collect(maps.Keys(begun))
	for name := range now {
		if _, both := begun[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		was, is := begun.inWords(name), now.inWords(name)
		if begun[name] != now[name] && counts(name) {
			others = append(others, fmt.Sprintf("its %s is %s, not %s", name, was, is))
		}
	}
	return others
}

// inWords returns a value for people, to whom the start of a checksum is enough.
func (f Fingerprint) inWords(name string) string {
	value, ok := f[name]
	switch {
	case !ok:
		return "unset"
	case name == "data" && isSum(value):
		return value[:shortSum]
	}
	return value
}

// shortSum is how many digits of the data's checksum are shown.
const shortSum = 12

// isSum reports whether a text is a SHA-256, in hexadecimal.
func isSum(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == hex.EncodedLen(sha256.Size)
}

// SameData reports whether both runs are on the same data.
func (f Fingerprint) SameData(now Fingerprint) bool { return f["data"] == now["data"] }

// WithDataName returns a copy of f in which the data's checksum follows their name.
func (f Fingerprint) WithDataName(name string) Fingerprint {
	named := maps.Clone(f)
	if sum := f["data"]; isSum(sum) {
		named["data"] = fmt.Sprintf("%s (%s)", name, sum[:shortSum])
	}
	return named
}

// OtherMachine says which other machine or program has written the checkpoint of a run
// that was started with f, or returns "" if it was this one.
func (f Fingerprint) OtherMachine(now Fingerprint) string {
	for _, name := range []string{machineName, programName} {
		if f[name] != now[name] {
			return fmt.Sprintf("another %s wrote the checkpoint: %s, not %s", name, f[name], now[name])
		}
	}
	return ""
}
