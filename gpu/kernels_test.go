//go:build cuda && linux

package gpu

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/gpu/driver"
	"mnistgpu/gpu/sim"
	"mnistgpu/kernels"
)

// TestKernelTable compares the table with the sources.
func TestKernelTable(t *testing.T) {
	sources, err := filepath.Glob("../kernels/*.cu")
	if err != nil || len(sources) == 0 {
		t.Fatalf("found %v, %v", sources, err)
	}
	var want []string
	definition := regexp.MustCompile(`(?m)^KERNEL\((\w+),`)
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range definition.FindAllStringSubmatch(string(text), -1) {
			want = append(want, m[1])
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, kernelNames[:]); diff != "" {
		t.Errorf("kernels (-) and table (+) differ:\n%s", diff)
	}
}

// TestImages opens devices that accept the cubin and devices that do not. Text that is
// not PTX replaces an image that the driver must not be given.
func TestImages(t *testing.T) {
	const nonsense = "no PTX"
	other := strings.ReplaceAll(kernels.SM90, "advance", "retreat")
	for name, test := range map[string]struct {
		spoil   func(d *sim.Device)
		images  []string
		code    int // of loading
		without int // of looking up a kernel
	}{
		"a cubin":                 {func(*sim.Device) {}, []string{kernels.SM90, nonsense}, 0, 0},
		"a cubin without it":      {func(*sim.Device) {}, []string{other, kernels.PTX}, 0, 500},
		"an old driver":           {func(d *sim.Device) { d.SetCubins(false) }, []string{kernels.SM90, kernels.PTX}, 0, 0},
		"an old driver, no PTX":   {func(d *sim.Device) { d.SetCubins(false) }, []string{kernels.SM90, nonsense}, 218, 0},
		"another GPU":             {func(d *sim.Device) { d.SetCompute(8, 0) }, []string{kernels.SM90, kernels.PTX}, 0, 0},
		"another GPU, no PTX":     {func(d *sim.Device) { d.SetCompute(8, 0) }, []string{kernels.SM90}, 209, 0},
		"PTX that is no PTX":      {func(*sim.Device) {}, []string{nonsense, kernels.PTX}, 218, 0},
		"the next GPU, as it is":  {func(d *sim.Device) { d.SetCompute(10, 0) }, nil, 0, 0},
		"an older GPU, as it is":  {func(d *sim.Device) { d.SetCompute(7, 5) }, nil, 0, 0},
		"an old driver, as it is": {func(d *sim.Device) { d.SetCubins(false) }, nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			test.spoil(simulate(t))
			b, err := Open(Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if test.images == nil {
				return
			}
			module, err := b.(*Backend).device.LoadModule(test.images...)
			if err == nil {
				test.code = test.without
				_, err = module.Function("advance")
			}
			call := new(driver.Error)
			if errors.As(err, &call); call.Code != test.code {
				t.Errorf("got %v, want code %d", err, test.code)
			}
		})
	}
}

// TestKernelImages checks that the cubin is tried only on the kind of device that it is
// for.
func TestKernelImages(t *testing.T) {
	for _, test := range []struct{ major, minor, want int }{{9, 0, 2}, {7, 5, 1}, {8, 9, 1}, {9, 1, 1}, {10, 0, 1}} {
		got := kernelImages(driver.Info{ComputeMajor: test.major, ComputeMinor: test.minor})
		if len(got) != test.want || got[len(got)-1] != kernels.PTX {
			t.Errorf("compute %d.%d: %d images, want %d, PTX at last", test.major, test.minor, len(got), test.want)
		}
	}
}
