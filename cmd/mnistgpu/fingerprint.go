package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// The names in a fingerprint that are no flags, of what may change the bits of a
// result but not what it is a result of.
const (
	machineName = "machine"
	programName = "program"
)

// saveFlags are settings that change no bit of a result.
var saveFlags = []string{"save-every", "keep"}

// fingerprint is what a run hangs on: its settings by the names of their flags, in
// place of data the sum of its content, and what computes.
func (s *settings) fingerprint(b backend.Backend, data *mnist.Dataset, sum string) map[string]string {
	found := *s
	found.backend = b.Name()
	f := resultSettings(found.list(func(*pflag.Flag) string { return "" }))
	f["backend"], f["data"], f["classes"] = b.Name(), sum, fmt.Sprint(data.Classes)
	f[machineName], f[programName] = machine(b), version()
	return f
}

// resultSettings are those of a list that change the bits of a result, by the names
// of their flags.
func resultSettings(list []setting) map[string]string {
	values := map[string]string{}
	for _, l := range list {
		values[l.flag.Name] = l.value
	}
	for _, name := range append(saveFlags, "device") {
		delete(values, name)
	}
	return values
}

// machine is what the backend computes with, but not on how many threads, which
// changes no bit.
func machine(b backend.Backend) string {
	if processor, ok := b.(*cpu.Backend); ok {
		return runtime.GOARCH + ", " + processor.Multiplier()
	}
	return b.Device()
}

// sameRun returns an error that names the settings in which a run differs from the
// one that was begun in a folder.
func sameRun(dir string, begun, now map[string]string) error {
	others := differences(begun, now, machineName, programName)
	if others == nil {
		return nil
	}
	return &failure{
		code: exitUsage,
		err:  fmt.Errorf("cannot go on in %s: %s", dir, strings.Join(others, "; ")),
		hint: "go on with the settings that it was begun with, or start anew in another --run-dir",
	}
}

// differences are the settings that are others now than when a run was begun, but for
// some: "its lr is 0.5, not 0.25".
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

// inWords is the value of a setting for people, to whom the start of a sum is enough.
func inWords(name, value string, set bool) string {
	if !set {
		return "unset"
	}
	if name == "data" && isSum(value) {
		return value[:shortSum]
	}
	return value
}

// shortSum is how much of the sum of data is shown.
const shortSum = 12

// isSum reports whether a text is a SHA-256, in hexadecimal.
func isSum(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == hex.EncodedLen(sha256.Size)
}

// nameData returns a fingerprint in which the sum of data stands behind their name.
func nameData(f map[string]string, name string) map[string]string {
	named := maps.Clone(f)
	if sum := f["data"]; isSum(sum) {
		named["data"] = fmt.Sprintf("%s (%s)", name, sum[:shortSum])
	}
	return named
}

// otherMachine says what a run that goes on has been on so far, if it is another
// machine or program, or "".
func otherMachine(begun, now map[string]string) string {
	for _, name := range []string{machineName, programName} {
		if begun[name] != now[name] {
			return fmt.Sprintf("another %s wrote the checkpoint: %s, not %s", name, begun[name], now[name])
		}
	}
	return ""
}
