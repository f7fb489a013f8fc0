//go:build cuda && linux

package driver

import (
	"errors"
	"math"
	"testing"

	"mnistgpu/internal/backend"
)

// coded returns nil if err has the wanted code, 0 for no error, and otherwise an error.
func coded(err error, want int) error {
	var e *Error
	if want == 0 && err == nil || errors.As(err, &e) && e.Code == want {
		return nil
	}
	if err == nil {
		err = errors.New("no error")
	}
	return err
}

// TestLaunchCooperative has blocks wait for each other: all that the device holds, and
// one more.
func TestLaunchCooperative(t *testing.T) {
	d, _ := open(t)
	const threads, shared = 96, 100 << 10
	f := kernel(t, d, "test_rotate")
	most, err := d.Resident(f, threads, shared)
	must(t, err)
	if most != 16 {
		t.Errorf("%d blocks of %d bytes are resident, want 2 on each of 8 multiprocessors", most, shared)
	}
	zeros := make([]float32, most+1)
	out, numbers, arrived := upload(t, d, zeros), upload(t, d, zeros), upload(t, d, zeros[:1])
	launch := func(blocks int) error {
		return d.LaunchCooperative(f, Dim{X: blocks}, Dim{X: threads}, shared, out.Arg(), numbers.Arg(), arrived.Arg())
	}
	if err := coded(launch(most+1), 720); err != nil {
		t.Errorf("a block too many: %v, want code 720", err)
	}
	must(t, launch(most))
	for b, v := range download(t, d, out, most) {
		if got := int(math.Float32bits(v)); got != (b+1)%most {
			t.Errorf("block %d read %d", b, got)
		}
	}
}

// TestGridBarrier has blocks wait for each other in a launch that is not cooperative.
func TestGridBarrier(t *testing.T) {
	d, _ := open(t)
	x := upload(t, d, make([]float32, 9))
	must(t, d.Launch(kernel(t, d, "test_rotate"), Dim{X: 2}, Dim{X: 32}, 4, x.Arg(), (x+8).Arg(), (x+16).Arg()))
	if err := coded(d.Sync(), 702); err != nil {
		t.Errorf("one block after another: %v, want code 702", err)
	}
}

// TestForever has the blocks of a cooperative launch wait for nobody.
func TestForever(t *testing.T) {
	d, _ := open(t)
	x := upload(t, d, sequence(9))
	must(t, d.LaunchCooperative(kernel(t, d, "test_forever"), Dim{X: 3}, Dim{X: 32}, 0, x.Arg()))
	if err := coded(d.Sync(), 702); err != nil {
		t.Errorf("waiting for nobody: %v, want code 702", err)
	}
}

// TestFaultCooperative has one of several blocks leave its memory.
func TestFaultCooperative(t *testing.T) {
	d, _ := open(t)
	x := upload(t, d, make([]float32, 7)) // numbers for 7 of the 8 blocks
	must(t, d.LaunchCooperative(kernel(t, d, "test_rotate"), Dim{X: 8}, Dim{X: 32}, 4, x.Arg(), x.Arg(), x.Arg()))
	if err := coded(d.Sync(), 700); err != nil {
		t.Errorf("got %v, want code 700", err)
	}
}

// TestShared asks for more shared memory than a block has by default, and than it can
// have.
func TestShared(t *testing.T) {
	d, simulated := open(t)
	x := upload(t, d, sequence(32))
	reverse := kernel(t, d, "test_reverse")
	launch := func(shared int) error { return d.Launch(reverse, Dim{}, Dim{X: 32}, shared, x.Arg()) }
	must(t, launch(48<<10))
	if err := coded(launch(48<<10+1), 1); err != nil {
		t.Errorf("more than 48 KiB, without asking: %v", err)
	}
	if n, err := d.Resident(reverse, 32, 227<<10); n != 8 || err != nil {
		t.Errorf("%d blocks of 227 KiB are resident, %v", n, err)
	}
	must(t, launch(227<<10))
	must(t, d.Sync())
	if n, err := d.Resident(reverse, 32, 227<<10+1); n != 0 || err != nil {
		t.Errorf("%d blocks of more than 227 KiB are resident, %v", n, err)
	}
	simulated.SetCooperative(false)
	if n, err := d.Resident(reverse, 32, 0); n != 0 || err != nil {
		t.Errorf("%d blocks are resident, %v, on a device without cooperative launches", n, err)
	}
}

// TestNotRecorded checks that recording a cooperative launch fails.
func TestNotRecorded(t *testing.T) {
	d, _ := open(t)
	x, store := upload(t, d, sequence(9)), kernel(t, d, "test_store")
	_, err := d.Record(func() error {
		return d.LaunchCooperative(store, Dim{}, Dim{}, 0, x.Arg(), Int(0))
	})
	if err := coded(err, 900); err != nil || errors.Is(err, backend.ErrDeviceLost) {
		t.Errorf("got %v, want code 900", err)
	}
}
