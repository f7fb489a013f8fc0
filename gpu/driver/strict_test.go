//go:build cuda && linux

package driver

import (
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
)

// TestFaultyKernels launches kernels that a GPU would stop, or that it would
// not stop but should.
func TestFaultyKernels(t *testing.T) {
	for _, test := range []struct {
		kernel  string
		threads int
		args    func(d *Device, x, freed Ptr) []Arg // x has 9 elements
		code    int
	}{
		{"test_store", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), Int(8)} }, 0},
		{"test_store", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), Int(9)} }, 700},
		{"test_store", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), Int(-os.Getpagesize() / 4)} }, 700},
		{"test_store", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{freed.Arg(), Int(0)} }, 700},
		{"test_store", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{Ptr(0).Arg(), Int(0)} }, 700},
		{"test_load", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), x.Arg(), Int(8)} }, 0},
		{"test_load", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), x.Arg(), Int(9)} }, 700},
		{"test_load", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), freed.Arg(), Int(0)} }, 700},
		{"test_shared_index", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), Int(31)} }, 0},
		{"test_shared_index", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), Int(32)} }, 700},
		{"test_stuck", 1, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg()} }, 0},
		{"test_stuck", 2, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg()} }, 702},
		{"test_reverse", 9, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg()} }, 700}, // without shared memory
		{"test_axpy", 1025, func(d *Device, x, freed Ptr) []Arg { return []Arg{x.Arg(), x.Arg(), 0, Int(9)} }, 1},
	} {
		t.Run(test.kernel, func(t *testing.T) {
			d, _ := open(t)
			x, freed := upload(t, d, sequence(9)), upload(t, d, sequence(9))
			must(t, d.Free(freed))
			err := d.Launch(kernel(t, d, test.kernel), Dim{}, Dim{X: test.threads}, 0, test.args(d, x, freed)...)
			if err == nil {
				err = d.Sync()
			}
			var e *Error
			if test.code == 0 && err != nil || test.code != 0 && (!errors.As(err, &e) || e.Code != test.code) {
				t.Errorf("got %v, want code %d", err, test.code)
			}
		})
	}
}

// TestUnderrun writes just before an allocation, which is found when that is freed.
func TestUnderrun(t *testing.T) {
	d, _ := open(t)
	x := upload(t, d, sequence(9))
	must(t, d.Launch(kernel(t, d, "test_store"), Dim{}, Dim{}, 0, x.Arg(), Int(-1)))
	must(t, d.Sync())
	if err := d.Free(x); !errors.Is(err, backend.ErrDeviceLost) {
		t.Errorf("Free gives %v", err)
	}
}

func TestBallot(t *testing.T) {
	d, _ := open(t)
	const lanes = 32
	votes := upload(t, d, make([]float32, lanes))
	must(t, d.Launch(kernel(t, d, "test_ballot"), Dim{}, Dim{X: lanes}, 0, votes.Arg()))
	for lane, v := range download(t, d, votes, lanes) {
		if math.Float32bits(v) != 0xaaaaaaaa {
			t.Errorf("lane %d sees the votes %x", lane, math.Float32bits(v))
		}
	}
}

// TestUnwritten reads memory that nobody wrote.
func TestUnwritten(t *testing.T) {
	d, _ := open(t)
	p, err := d.Alloc(4 * 1000)
	must(t, err)
	written := func(v float32) bool { return v == v }
	if slices.ContainsFunc(download(t, d, p, 1000), written) {
		t.Error("fresh memory is not NaN")
	}
	must(t, d.Zero(p, 4*1000))
	if !slices.Equal(download(t, d, p, 1000), make([]float32, 1000)) {
		t.Error("Zero left something")
	}
}

func TestCopyOutside(t *testing.T) {
	d, _ := open(t)
	p := upload(t, d, sequence(9))
	for name, err := range map[string]error{
		"CopyIn":  d.CopyIn(p, make([]byte, 37)),
		"CopyOut": d.CopyOut(make([]byte, 36), p+1),
		"Zero":    d.Zero(p-1, 1),
	} {
		var e *Error
		if !errors.As(err, &e) || e.Code != 1 {
			t.Errorf("%s outside of an allocation: %v", name, err)
		}
	}
}

// TestOtherThread calls the driver from a thread that did not open the device.
func TestOtherThread(t *testing.T) {
	d, _ := open(t)
	failed := make(chan error)
	go func() {
		runtime.LockOSThread()
		failed <- d.Sync()
	}()
	var e *Error
	if err := <-failed; !errors.As(err, &e) || e.Code != 201 {
		t.Errorf("Sync on another thread: %v", err)
	}
}

func TestOutOfMemory(t *testing.T) {
	d, simulated := open(t)
	const left = 1000
	simulated.SetCapacity(simulated.Used() + left)
	if free, _, err := d.Mem(); err != nil || free != left {
		t.Errorf("%d bytes are free, %v", free, err)
	}
	const want = "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2): free memory on the device or take a smaller network"
	if p, err := d.Alloc(left + 1); p != 0 || !errors.Is(err, backend.ErrOutOfMemory) || err.Error() != want {
		t.Errorf("too large an Alloc: %v, %v", p, err)
	}
	p, err := d.Alloc(left)
	must(t, err)
	must(t, d.Free(p))
	if d.Live() != 0 {
		t.Errorf("%d objects are live", d.Live())
	}
}

func TestNoLeaks(t *testing.T) {
	_, simulated := open(t)
	before := simulated.Live()
	for range 100 {
		if first, _, closing := useDevice(); first != nil || closing != nil {
			t.Fatal(first, closing)
		}
	}
	if simulated.Live() != before || simulated.Leaked() != 0 {
		t.Errorf("%d objects after 100 runs, %d before; %d went with their context",
			simulated.Live(), before, simulated.Leaked())
	}
}
