package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// The names in a fingerprint that are not flags. What they stand for may change the
// bits of a result, but not which run it is the result of.
const (
	machineName = "machine"
	programName = "program"
)

// saveFlags are settings that do not change a bit of the result.
var saveFlags = []string{"save-every", "keep"}

// fingerprint returns what the result of a run depends on: its settings by the names of
// their flags, with the checksum of the data's content as the data, and the machine and
// program that compute it.
func (s *settings) fingerprint(b backend.Backend, data *mnist.Dataset, sum string) map[string]string {
	found := *s
	found.backend = b.Name()
	f := resultSettings(found.list(noComment))
	f["backend"], f["data"], f["classes"] = b.Name(), sum, fmt.Sprint(data.Classes)
	f[machineName], f[programName] = machine(b), version()
	return f
}

// resultSettings returns those settings of a list that may change the bits of a result,
// by the names of their flags.
func resultSettings(list []setting) map[string]string {
	values := flagValues(list)
	for _, name := range append(saveFlags, "device") {
		delete(values, name)
	}
	return values
}

// machine describes what the backend computes with. It leaves out the number of
// threads, which does not change a bit of the result.
func machine(b backend.Backend) string {
	if processor, ok := b.(*cpu.Backend); ok {
		return runtime.GOARCH + ", " + processor.Multiplier()
	}
	return b.Device()
}

// sameRun returns an error that names the settings in which a run differs from the one
// that was started in dir, or nil if there are none.
func sameRun(dir string, begun, now map[string]string) error {
	others := differences(begun, now, machineName, programName)
	if others == nil {
		return nil
	}
	return &failure{
		code: exitUsage,
		err:  fmt.Errorf("cannot resume %s: %s", dir, strings.Join(others, "; ")),
		hint: "resume it with the settings that it was started with, or start over in another --run-dir",
	}
}

// differences lists the settings that have changed since a run was started, except
// those named in but: "its lr is 0.5, not 0.25".
func differences(begun, now map[string]string, but ...string) (others []string) {
	names := slices.Collect(maps.Keys(begun))
	for name := range now {
		if _, both := begun[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		was, had := begun[name]
		is, has := now[name]
		if !slices.Contains(but, name) && (was != is || had != has) {
			others = append(others, fmt.Sprintf("its %s is %s, not %s", name, inWords(name, was, had), inWords(name, is, has)))
		}
	}
	return others
}

// inWords returns the value of a setting for people, to whom the start of a checksum is
// enough.
func inWords(name, value string, set bool) string {
	if !set {
		return "unset"
	}
	if name == "data" && isSum(value) {
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

// nameData returns a copy of f in which the data's checksum follows their name.
func nameData(f map[string]string, name string) map[string]string {
	named := maps.Clone(f)
	if sum := f["data"]; isSum(sum) {
		named["data"] = fmt.Sprintf("%s (%s)", name, sum[:shortSum])
	}
	return named
}

// otherMachine says which other machine or program has written the checkpoint of a
// resumed run, or returns "" if it was this one.
func otherMachine(begun, now map[string]string) string {
	for _, name := range []string{machineName, programName} {
		if begun[name] != now[name] {
			return fmt.Sprintf("another %s wrote the checkpoint: %s, not %s", name, begun[name], now[name])
		}
	}
	return ""
}
