//go:build cuda && linux

package driver

import (
	"errors"
	"slices"
	"testing"
)

// step is a few operations that depend on each other: z = 0, then z += x·w,
// y += 0.1·z.
func step(d *Device, axpy Function, x, w, y, z Ptr, n int) error {
	return errors.Join(
		d.Zero(z, 4*n),
		d.Multiply(Product{M: n, N: 1, K: n, A: x, B: w, C: z, Accumulate: true}),
		d.Launch(axpy, Dim{X: 1}, Dim{X: 64}, 0, y.Arg(), z.Arg(), Float(0.1), Int(n)))
}

func TestReplayEqualsDirect(t *testing.T) {
	d, _ := open(t)
	const n = 50
	axpy := kernel(t, d, "test_axpy")
	x, w, z := upload(t, d, sequence(n*n)), upload(t, d, sequence(n)), upload(t, d, make([]float32, n))
	direct, replayed := upload(t, d, sequence(n)), upload(t, d, sequence(n))

	must(t, d.Multiply(Product{M: n, N: 1, K: n, A: x, B: w, C: z}))
	graph, err := d.Record(func() error { return step(d, axpy, x, w, replayed, z, n) })
	must(t, err)
	if got := download(t, d, replayed, n); !slices.Equal(got, sequence(n)) {
		t.Errorf("recording computed something: %v", got)
	}
	for range 4 {
		must(t, graph.Launch())
		must(t, step(d, axpy, x, w, direct, z, n))
	}
	want := download(t, d, direct, n)
	if got := download(t, d, replayed, n); !slices.Equal(got, want) {
		t.Errorf("four replays gave %v, four runs %v", got, want)
	}
	if slices.Equal(want, sequence(n)) {
		t.Error("the step did nothing")
	}
	must(t, graph.Close())
	must(t, graph.Close())
}

func TestRecordFails(t *testing.T) {
	mistake := errors.New("mistake")
	for name, work := range map[string]func(*Device) error{
		"work":  func(*Device) error { return mistake },
		"Sync":  func(d *Device) error { return d.Sync() },
		"Alloc": func(d *Device) error { _, err := d.Alloc(1); return err },
		"unseen": func(d *Device) error {
			d.Sync()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, simulated := open(t)
			before := simulated.Live()
			graph, err := d.Record(func() error { return work(d) })
			if err == nil || graph != nil {
				t.Fatalf("Record gave %v, %v", graph, err)
			}
			if name == "work" && err != mistake {
				t.Errorf("Record gave %v, want the work's own error", err)
			}
			if simulated.Live() != before {
				t.Errorf("%d objects are left", simulated.Live()-before)
			}
			// The stream works again.
			x := upload(t, d, sequence(3))
			if got := download(t, d, x, 3); !slices.Equal(got, sequence(3)) {
				t.Errorf("after it a copy gives %v", got)
			}
		})
	}
}

func TestRecordPanics(t *testing.T) {
	d, simulated := open(t)
	before := simulated.Live()
	func() {
		defer func() {
			if recover() != "mistake" {
				t.Error("the panic did not come through")
			}
		}()
		d.Record(func() error { panic("mistake") })
	}()
	must(t, d.Sync())
	if simulated.Live() != before {
		t.Errorf("%d objects are left", simulated.Live()-before)
	}
}
