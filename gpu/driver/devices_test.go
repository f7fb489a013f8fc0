//go:build cuda && linux

package driver

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

func TestDevices(t *testing.T) {
	simulated := simulate(t)
	simulated.SetCapacity(1 << 30)
	list, err := Devices()
	must(t, err)
	want := []Info{{Name: "simulated device", ComputeMajor: 9, SMs: 8, TotalBytes: 1 << 30, FreeBytes: 1 << 30, Simulated: true}}
	if !slices.Equal(list, want) {
		t.Errorf("got %+v, want %+v", list, want)
	}
	if simulated.Live() != 0 {
		t.Errorf("%d objects are left", simulated.Live())
	}
	version, err := Versions()
	must(t, err)
	if version.CUDA < 11000 || version.CUBLAS[0] < 11 || version.LibCUDA != version.LibCUBLAS {
		t.Errorf("versions %+v", version)
	}
}

func TestNoSuchDevice(t *testing.T) {
	simulate(t)
	for _, ordinal := range []int{-1, 1} {
		d, err := Open(ordinal)
		if d != nil || !errors.Is(err, backend.ErrNoDevice) || !strings.Contains(err.Error(), "numbered from 0 to 0") {
			t.Errorf("Open(%d) gives %v, %v", ordinal, d, err)
		}
	}
}

func TestLaunchAllocatesNothing(t *testing.T) {
	d, _ := open(t)
	axpy := kernel(t, d, "test_axpy")
	x := upload(t, d, sequence(9))
	allocations := testing.AllocsPerRun(100, func() {
		if err := d.Launch(axpy, Dim{}, Dim{X: 9}, 0, x.Arg(), x.Arg(), Float(0), Int(9)); err != nil {
			t.Error(err)
		}
	})
	if allocations != 0 {
		t.Errorf("a launch allocates %v times", allocations)
	}
}
