//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"gorgonia.org/cu"
	cublas "gorgonia.org/cu/blas"

	"mnistgpu/internal/backend"
)

// A Device is one CUDA device with a stream of work and a cuBLAS handle on it.
type Device struct {
	// StepTimeout is how long a wait goes on while nothing in the stream finishes. It
	// must be longer than the longest launch takes. 0 means no limit.
	StepTimeout time.Duration

	info   Info
	stream cu.Stream
	blas   cublas.Standard

	memory  map[Ptr]int // bytes by address
	modules []cu.Module
	graphs  map[*Graph]struct{}
	lt      lt

	track
	recording bool
	recorded  int // kernels and products so far

	undo   []func() error // what undoes each step of Open
	err    error          // what all calls but Close return, once it is set
	lost   bool           // the driver has lost the device: Close must not call it
	closed bool
}

// errClosed is what calls return after Close.
var errClosed = errors.New("driver: the device is closed")

// Open prepares the device with that ordinal: libraries, primary context, stream, and
// cuBLAS with a workspace of fixed size. It locks the calling goroutine to its thread
// until Close. A goroutine may open the same device again, but not another one. The
// error wraps backend.ErrOutOfMemory or, in all other cases, backend.ErrNoDevice.
func Open(ordinal int) (*Device, error) {
	count, err := Count()
	if err != nil {
		return nil, err
	}
	if ordinal < 0 || ordinal >= count {
		return nil, fmt.Errorf("%w: there is no CUDA device %d, they are numbered from 0 to %d",
			backend.ErrNoDevice, ordinal, count-1)
	}
	if err := libcublas.load(); err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	d := &Device{memory: map[Ptr]int{}, graphs: map[*Graph]struct{}{}}
	if err := d.open(cu.Device(ordinal)); err != nil {
		d.Close()
		return nil, unopened(err)
	}
	return d, nil
}

func (d *Device) open(device cu.Device) (err error) {
	if d.info, err = describe(device); err != nil {
		return err
	}
	if err := d.enter(device); err != nil {
		return err
	}
	if d.info.FreeBytes, _, err = d.Mem(); err != nil {
		return err
	}
	d.stream, err = cu.MakeStream(cu.NonBlocking)
	if err := d.result("cuStreamCreate", err); err != nil {
		return err
	}
	d.undo = append(d.undo, func() error {
		return d.result("cuStreamDestroy", d.stream.Destroy())
	})
	if err := d.openTrack(); err != nil {
		return err
	}
	return d.openBLAS()
}

// enter makes the device's primary context current on this thread. Close does not undo
// that, because the thread may have opened the device twice.
func (d *Device) enter(device cu.Device) error {
	context, err := device.RetainPrimaryCtx()
	if err := d.result("cuDevicePrimaryCtxRetain", err); err != nil {
		return err
	}
	d.undo = append(d.undo, func() error {
		return d.result("cuDevicePrimaryCtxRelease", device.ReleasePrimaryCtx())
	})
	return d.result("cuCtxSetCurrent", cu.SetCurrentContext(context))
}

// Info describes the device. FreeBytes is what was free when it was opened.
func (d *Device) Info() Info { return d.info }

// Live is the number of things that the device owns: allocations, modules and
// graphs. It is 0 after Close.
func (d *Device) Live() int { return len(d.memory) + len(d.modules) + len(d.graphs) }

// Close waits for all work, frees everything and unlocks the goroutine from its thread.
// It returns its first failure, unless the device had already failed for good. If the
// driver has lost the device, Close does not touch it: the end of the program frees
// it. Closing again does nothing.
func (d *Device) Close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	defer runtime.UnlockOSThread()
	failed := d.err != nil
	d.err = nil
	var first error
	for _, free := range d.teardown() {
		if d.lost {
			break
		}
		first = cmp.Or(first, free())
	}
	clear(d.memory)
	clear(d.graphs)
	d.modules, d.err = nil, errClosed
	if failed {
		return nil
	}
	return first
}

// teardown lists the steps of Close: wait, free what the caller made, and undo the
// steps of Open from the last to the first.
func (d *Device) teardown() []func() error {
	var steps []func() error
	if d.stream != cu.NoStream {
		steps = append(steps, d.Sync)
	}
	for g := range d.graphs {
		steps = append(steps, g.Close)
	}
	for _, m := range d.modules {
		steps = append(steps, func() error { return d.result("cuModuleUnload", m.Unload()) })
	}
	for _, p := range slices.Sorted(maps.Keys(d.memory)) {
		steps = append(steps, func() error { return d.Free(p) })
	}
	for _, step := range slices.Backward(d.undo) {
		steps = append(steps, step)
	}
	return steps
}

// result turns what gorgonia.org/cu returned for a call into an error.
func (d *Device) result(call string, err error) error {
	return d.keep(driverError(call, codeOf(err)))
}

// check turns what a driver call returned into an error.
func (d *Device) check(call string, code C.CUresult) error {
	return d.keep(driverError(call, int(code)))
}

// keep remembers the first error that lost the device.
func (d *Device) keep(err error) error {
	if errors.Is(err, backend.ErrDeviceLost) {
		d.err, d.lost = cmp.Or(d.err, err), true
	}
	return err
}
