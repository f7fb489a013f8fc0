//go:build cuda && linux

package driver

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"mnistgpu/internal/backend"
)

// TestHang has the device finish nothing from a call on, for each call. Each use of it
// must end after the timeout, and with its error.
func TestHang(t *testing.T) {
	const timeout = 20 * time.Millisecond
	simulated := simulate(t)
	if first, _, closing := useDevice(); first != nil || closing != nil {
		t.Fatal(first, closing)
	}
	calls, passed := simulated.Calls(), 0
	for call := 1; call <= calls; call++ {
		if err := testHang(t, call, timeout); err != nil {
			t.Errorf("from call %d of %d on: %v", call, calls, err)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, calls)
}

// testHang returns what is wrong with how a use of the device handles that it finishes
// nothing from a call on.
func testHang(t *testing.T, call int, timeout time.Duration) error {
	simulated := simulate(t)
	d, err := Open(0)
	must(t, err)
	d.StepTimeout = timeout
	simulated.Hang(call)
	err = useEveryCall(d)
	asked := simulated.Calls()
	closing := d.Close()
	var e *Error
	switch {
	case err == nil && closing == nil:
		return nil // nothing was left to do
	case err == nil:
		err = closing
	case closing != nil || simulated.Calls() != asked:
		return fmt.Errorf("after %w Close makes %d calls and gives %v", err, simulated.Calls()-asked, closing)
	}
	want := fmt.Sprintf("CUDA_ERROR_NOT_READY (600): nothing was finished in %v; the device is lost", timeout)
	if !errors.As(err, &e) || err.Error() != e.Call+": "+want || !errors.Is(err, backend.ErrDeviceLost) {
		return fmt.Errorf("not the error of a hang: %w", err)
	}
	return nil
}

// TestHangAmidLaunches launches more than a queue holds on a device that finishes
// nothing: the launches must not wait for ever.
func TestHangAmidLaunches(t *testing.T) {
	d, simulated := open(t)
	d.StepTimeout = 20 * time.Millisecond
	x := upload(t, d, sequence(9))
	axpy := kernel(t, d, "test_axpy")
	graph, err := d.Record(func() error {
		return d.Launch(axpy, Dim{}, Dim{X: 9}, 0, x.Arg(), x.Arg(), Float(1), Int(9))
	})
	must(t, err)
	for range 1000 { // until marks are far apart
		must(t, graph.Launch())
	}
	simulated.Hang(simulated.Calls() + 1)
	launches := 0
	for err == nil && launches < 10000 {
		err = graph.Launch()
		launches++
	}
	if !errors.Is(err, backend.ErrDeviceLost) || launches > 3*maxQueued {
		t.Errorf("%v after %d launches", err, launches)
	}
}

// TestLongLaunches checks that a mark follows each launch while laps are long, so that
// the timeout applies to one launch and not to the many that may be queued.
func TestLongLaunches(t *testing.T) {
	d, _ := open(t)
	x := upload(t, d, sequence(9))
	axpy := kernel(t, d, "test_axpy")
	launch := func() {
		t.Helper()
		must(t, d.Launch(axpy, Dim{}, Dim{X: 9}, 0, x.Arg(), x.Arg(), Float(1), Int(9)))
	}
	for range 1000 {
		launch()
	}
	if d.stride < 8 {
		t.Errorf("with short laps %d launches come to a mark", d.stride)
	}
	for d.stride > 1 {
		before := d.stride
		for range before + maxQueued {
			launch()
			d.reached = time.Now().Add(-2 * longestLap)
			if d.stride != before {
				break
			}
		}
		if d.stride >= before {
			t.Fatalf("with long laps %d launches come to a mark", d.stride)
		}
	}
	for range 10 {
		d.reached = time.Now().Add(-2 * longestLap)
		launch()
		if d.launches != 0 {
			t.Error("no mark follows a launch")
		}
	}
}
