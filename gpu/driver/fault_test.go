//go:build cuda && linux

package driver

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// useDevice opens the device, does some of everything, and closes it. It returns
// the first error, and those of a call after it and of Close.
func useDevice() (first, next, closing error) {
	d, err := Open(0)
	if err != nil {
		return err, nil, nil
	}
	first = everything(d)
	if first != nil {
		next = d.Sync()
	}
	closing = d.Close()
	return first, next, closing
}

func everything(d *Device) error {
	module, err := d.LoadModule(testPTX)
	if err != nil {
		return err
	}
	axpy, err := module.Function("test_axpy")
	if err != nil {
		return err
	}
	x, err := d.Alloc(4 * 9)
	if err != nil {
		return err
	}
	host, err := d.AllocHost(4 * 9)
	if err != nil {
		return err
	}
	clear(host)
	if err := d.CopyIn(x, host); err != nil {
		return err
	}
	product := func() error { return d.Gemm(TF32, false, false, 1, 1, 1, 1, x, 1, x+4, 1, 0, x+8, 1) }
	if err := product(); err != nil {
		return err
	}
	graph, err := d.Record(func() error {
		if err := d.Zero(x, 4); err != nil {
			return err
		}
		if err := d.Launch(axpy, Dim{}, Dim{X: 9}, 0, x.Arg(), x.Arg(), Float(1), Int(9)); err != nil {
			return err
		}
		return product()
	})
	if err != nil {
		return err
	}
	if err := graph.Launch(); err != nil {
		return err
	}
	if err := d.Gemm(Float32, false, true, 1, 1, 1, 1, x, 1, x+4, 1, 0, x+8, 1); err != nil {
		return err
	}
	if err := d.CopyOut(host, x); err != nil {
		return err
	}
	if err := d.FreeHost(host); err != nil {
		return err
	}
	if err := graph.Close(); err != nil {
		return err
	}
	return d.Free(x)
}

// TestFaultSweep makes each call of useDevice fail, once and then for ever, at
// once and later.
func TestFaultSweep(t *testing.T) {
	simulated := simulate(t)
	if first, _, closing := useDevice(); first != nil || closing != nil {
		t.Fatal(first, closing)
	}
	calls := simulated.Calls()
	if calls < 30 {
		t.Fatalf("the run makes %d calls", calls)
	}
	for _, code := range []int{2, 46, 700, 719, 999} {
		for _, always := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d/always=%v/later=%v", code, always, later), func(t *testing.T) {
					for call := 1; call <= calls; call++ {
						testFault(t, sim.Fault{Call: call, Code: code, Always: always, Later: later})
					}
				})
			}
		}
	}
}

func testFault(t *testing.T, fault sim.Fault) {
	t.Helper()
	simulated := simulate(t)
	simulated.Fail(fault)
	first, next, closing := useDevice()
	err := first
	if err == nil {
		err = closing
	}
	var e *Error
	switch {
	case err == nil && fault.Later && !fault.Always:
		return // nobody waited after the fault
	case !errors.As(err, &e) || e.Call == "" || e.Name == "":
		t.Errorf("%+v: error %v names no call and code", fault, err)
	case strings.ContainsAny(err.Error(), "\n"):
		t.Errorf("%+v: error has more than one line: %v", fault, err)
	case errors.Is(first, backend.ErrDeviceLost) && (next != first || closing != nil):
		t.Errorf("%+v: after %v Sync gives %v and Close %v", fault, first, next, closing)
	case fault.Code < 200 && !fault.Always && closing == nil && simulated.Live() > 0:
		t.Errorf("%+v: %d objects are left", fault, simulated.Live())
	}
}

// TestFaultClass checks what each code becomes, in a kernel's launch and in
// Open.
func TestFaultClass(t *testing.T) {
	for code, want := range map[int]error{
		2:   backend.ErrOutOfMemory,
		46:  backend.ErrNoDevice,
		214: backend.ErrDeviceLost,
		220: backend.ErrDeviceLost,
		700: backend.ErrDeviceLost,
		702: backend.ErrDeviceLost,
		710: backend.ErrDeviceLost,
		714: backend.ErrDeviceLost,
		715: backend.ErrDeviceLost,
		716: backend.ErrDeviceLost,
		717: backend.ErrDeviceLost,
		718: backend.ErrDeviceLost,
		719: backend.ErrDeviceLost,
		802: backend.ErrNoDevice,
		911: backend.ErrDeviceLost,
		999: backend.ErrDeviceLost,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			d, simulated := open(t)
			simulated.Fail(sim.Fault{Call: simulated.Calls() + 1, Code: code})
			err := d.Sync()
			var e *Error
			if !errors.Is(err, want) || !errors.As(err, &e) || e.Code != code || e.Call != "cuStreamSynchronize" || e.Hint == "" {
				t.Errorf("Sync gives %v", err)
			}
		})
		t.Run(fmt.Sprint("Open/", code), func(t *testing.T) {
			simulate(t).Fail(sim.Fault{Call: 1, Code: code})
			inOpen := backend.ErrNoDevice
			if code == 2 {
				inOpen = backend.ErrOutOfMemory
			}
			if d, err := Open(0); d != nil || !errors.Is(err, inOpen) {
				t.Errorf("Open gives %v, %v", d, err)
			}
		})
	}
}

// TestUnknownCode meets a code of which only the driver knows the name.
func TestUnknownCode(t *testing.T) {
	d, simulated := open(t)
	simulated.Fail(sim.Fault{Call: simulated.Calls() + 1, Code: 605})
	const want = "cuStreamSynchronize: CUDA_ERROR_SIMULATED (605): an error that the simulated device was told to give"
	if err := d.Sync(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
