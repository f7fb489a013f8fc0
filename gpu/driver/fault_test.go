//go:build cuda && linux

package driver

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// useDevice opens the device, does a bit of everything, and closes it. It returns the
// first error, and those of a call after it and of Close.
func useDevice() (first, next, closing error) {
	d, err := Open(0)
	if err != nil {
		return err, nil, nil
	}
	first = useEveryCall(d)
	if first != nil {
		next = d.Sync()
	}
	closing = d.Close()
	return first, next, closing
}

// cooperative launches a block that waits for all blocks, with numbers at x.
func cooperative(d *Device, module *Module, x Ptr) error {
	rotate, err := module.Function("test_rotate")
	if err != nil {
		return err
	}
	if _, err := d.Resident(rotate, 32, 4); err != nil {
		return err
	}
	return d.LaunchCooperative(rotate, Dim{}, Dim{X: 32}, 4, x.Arg(), (x + 4).Arg(), (x + 8).Arg())
}

// useEveryCall makes a call of each kind that a training makes.
func useEveryCall(d *Device) error {
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
	host := make([]byte, 4*9)
	if err := d.CopyIn(x, host); err != nil {
		return err
	}
	if err := cooperative(d, module, x); err != nil {
		return err
	}
	product := func() error { return d.Multiply(Product{Precision: TF32, M: 1, N: 1, K: 1, A: x, B: x + 4, C: x + 8}) }
	if err := product(); err != nil {
		return err
	}
	y, err := d.Alloc(4)
	if err != nil {
		return err
	}
	layer := Operands{y, x, x, x}
	linear, err := d.NewLinear(TF32, 1, 1, 1, true, layer)
	if err != nil {
		return err
	}
	graph, err := d.Record(func() error {
		if err := d.Zero(x, 4); err != nil {
			return err
		}
		if err := d.Launch(axpy, Dim{}, Dim{X: 9}, 0, x.Arg(), x.Arg(), Float(1), Int(9)); err != nil {
			return err
		}
		if err := product(); err != nil {
			return err
		}
		return linear.Run(layer)
	})
	if err != nil {
		return err
	}
	if err := graph.Launch(); err != nil {
		return err
	}
	if err := d.Multiply(Product{M: 1, N: 1, K: 1, TransB: true, A: x, B: x + 4, C: x + 8}); err != nil {
		return err
	}
	if err := d.CopyOut(host, x); err != nil {
		return err
	}
	if err := graph.Close(); err != nil {
		return err
	}
	if err := d.Free(y); err != nil {
		return err
	}
	return d.Free(x)
}

// TestFaultSweep makes each call of useDevice fail with each code, once or from then
// on, at once or where the host next waits.
func TestFaultSweep(t *testing.T) {
	simulated := simulate(t)
	if first, _, closing := useDevice(); first != nil || closing != nil {
		t.Fatal(first, closing)
	}
	calls := simulated.Calls()
	if calls < 50 {
		t.Fatalf("the run makes %d calls", calls)
	}
	passed, faults := 0, 0
	for _, code := range append([]int{2, 46}, sticky...) {
		for _, always := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				for call := 1; call <= calls; call++ {
					fault := sim.Fault{Call: call, Code: code, Always: always, Later: later}
					faults++
					if err := testFault(t, fault); err != nil {
						t.Errorf("%+v: %v", fault, err)
						continue
					}
					passed++
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, faults)
}

// testFault returns what is wrong with how useDevice handles the fault.
func testFault(t *testing.T, fault sim.Fault) error {
	simulated := simulate(t)
	simulated.Fail(fault)
	first, next, closing := useDevice()
	err := cmp.Or(first, closing)
	if err == nil && fault.Later && !fault.Always {
		return nil // nobody waited after the fault
	}
	var e *Error
	after, function := simulated.CallsAfterLoss()
	switch {
	case !errors.As(err, &e) || e.Call == "" || e.Name == "" || e.Hint == "":
		return fmt.Errorf("no call, code and hint: %w", err)
	case strings.Contains(err.Error(), "\n"):
		return fmt.Errorf("more than one line: %w", err)
	case after > 0:
		return fmt.Errorf("%d calls, the first of %s, after %w", after, function, err)
	case errors.Is(first, backend.ErrDeviceLost) && (next != first || closing != nil):
		return fmt.Errorf("after %w Sync gives %v and Close %v", first, next, closing)
	}
	lost := slices.Contains(sticky, fault.Code) || errors.Is(err, backend.ErrDeviceLost)
	if !lost && !fault.Always && closing == nil && simulated.Live() > 0 {
		return fmt.Errorf("%d objects are left after %w", simulated.Live(), err)
	}
	return nil
}

// TestFaultClass checks what each code becomes, in a kernel's launch and in
// Open.
func TestFaultClass(t *testing.T) {
	kinds := map[int]error{2: backend.ErrOutOfMemory, 46: backend.ErrNoDevice, 802: backend.ErrNoDevice}
	for _, code := range sticky {
		kinds[code] = backend.ErrDeviceLost
	}
	for code, want := range kinds {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			d, simulated := open(t)
			simulated.Fail(sim.Fault{Call: simulated.Calls() + 1, Code: code})
			err := d.Sync()
			var e *Error
			if !errors.Is(err, want) || !errors.As(err, &e) || e.Code != code || e.Call != "cuStreamQuery" || e.Hint == "" {
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

// TestUnknownCode gets a code whose name only the driver knows.
func TestUnknownCode(t *testing.T) {
	d, simulated := open(t)
	simulated.Fail(sim.Fault{Call: simulated.Calls() + 1, Code: 605})
	const want = "cuStreamQuery: CUDA_ERROR_SIMULATED (605): an error that the simulated device was told to give"
	if err := d.Sync(); err == nil || err.Error() != want || !errors.Is(err, backend.ErrDeviceLost) {
		t.Errorf("got %v, want %s", err, want)
	}
}
