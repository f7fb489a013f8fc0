//go:build cuda && linux

package driver

import (
	"testing"
	"unsafe"
)

// openWatched opens a device that finds races and accesses that are not aligned.
func openWatched(t *testing.T) *Device {
	t.Helper()
	simulate(t).Watch()
	d, err := Open(0)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

// TestWatchedKernels launches kernels with races and with none.
func TestWatchedKernels(t *testing.T) {
	for name, test := range map[string]struct {
		launch func(d *Device, x Ptr) error // x has 64 elements
		code   int
	}{
		"ordered by a barrier": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_block_sum"), Dim{X: 2}, Dim{X: 64}, 0, x.Arg(), (x + 8).Arg(), Int(62))
		}, 0},
		"an element for each thread": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_axpy"), Dim{X: 2}, Dim{X: 32}, 0, x.Arg(), x.Arg(), Float(2), Int(64))
		}, 0},
		"one element for all threads": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_store"), Dim{}, Dim{X: 2}, 0, x.Arg(), Int(9))
		}, 719},
		"one element for all blocks": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_store"), Dim{X: 2}, Dim{}, 0, x.Arg(), Int(9))
		}, 719},
		"an atomic access without a fence": {func(d *Device, x Ptr) error {
			return d.LaunchCooperative(kernel(t, d, "test_rotate"), Dim{X: 2}, Dim{}, 4, x.Arg(), (x + 64).Arg(), (x + 128).Arg())
		}, 719},
		"no barrier in a block": {func(d *Device, x Ptr) error {
			module, err := d.LoadModule(seededPTX)
			must(t, err)
			racy, err := module.Function("seeded_racecheck")
			must(t, err)
			return d.Launch(racy, Dim{}, Dim{X: seededThreads}, 0, x.Arg())
		}, 719},
		"an aligned vector": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_store_four"), Dim{}, Dim{}, 0, x.Arg(), Int(4))
		}, 0},
		"a vector that is not aligned": {func(d *Device, x Ptr) error {
			return d.Launch(kernel(t, d, "test_store_four"), Dim{}, Dim{}, 0, x.Arg(), Int(6))
		}, 700},
	} {
		t.Run(name, func(t *testing.T) {
			d := openWatched(t)
			x := upload(t, d, make([]float32, 64))
			must(t, test.launch(d, x))
			if err := coded(d.Sync(), test.code); err != nil {
				t.Errorf("got %v, want code %d", err, test.code)
			}
		})
	}
}

// TestOtherSide gives the device addresses of the host: to a kernel, to a copy, and as
// scales of a product.
func TestOtherSide(t *testing.T) {
	for name, call := range map[string]func(d *Device, x, host Ptr) error{
		"kernel": func(d *Device, x, host Ptr) error {
			return d.Launch(kernel(t, d, "test_store"), Dim{}, Dim{}, 0, host.Arg(), Int(0))
		},
		"factor": func(d *Device, x, host Ptr) error {
			return d.Multiply(Product{M: 1, N: 1, K: 1, A: host, B: x, C: x + 4})
		},
		"scales": func(d *Device, x, host Ptr) error {
			return d.Multiply(Product{M: 1, N: 1, K: 1, A: x, B: x, C: x + 4, Scales: host})
		},
		"scales of a product after another": func(d *Device, x, host Ptr) error {
			must(t, d.pointerMode(1)) // as a product with Scales would leave it
			return d.Multiply(Product{M: 1, N: 1, K: 1, A: x, B: x, C: x + 4})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := open(t)
			x, host := upload(t, d, sequence(9)), make([]float32, 9)
			must(t, call(d, x, Ptr(unsafe.Pointer(&host[0]))))
			if err := coded(d.Sync(), 700); err != nil || host[0] != 0 {
				t.Errorf("got %v, want code 700", err)
			}
		})
	}
}
