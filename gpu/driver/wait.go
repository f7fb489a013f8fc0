//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import (
	"fmt"
	"time"
)

// A wait inside the driver cannot be ended, so no call waits there: the host polls
// until the work is done. Before calls that may wait by themselves, for memory or
// because the queue is full, the work is already done or there is room.

const (
	// spinning is how long a wait polls without a pause. Most waits are over by then.
	spinning = time.Millisecond

	// A pause is at most longestPause, and at most 1/pausePart of the wait so far.
	longestPause = time.Millisecond / 2
	pausePart    = 64

	// maxQueued is how many kernels and products after a mark make the next one due.
	// The queue of a stream holds about 1024.
	maxQueued = 256

	// Marks are between shortestLap and longestLap apart, unless a single launch takes
	// longer, so that there is always work in the queue, and never much.
	shortestLap = 20 * time.Millisecond
	longestLap  = 80 * time.Millisecond
)

// A track is what is known about the work in the stream. Marks, of which at most two
// are in the stream, show that work is progressing: what takes long is then not
// mistaken for what never ends.
type track struct {
	marks   [2]mark
	oldest  int       // index of the older mark
	reached time.Time // when a mark was last seen done

	launches int // since the last mark
	queued   int // kernels and products in those launches
	stride   int // launches between marks
}

// A mark is an event that is done when all work before it is.
type mark struct {
	event C.CUevent
	set   bool
}

// openTrack makes the events.
func (d *Device) openTrack() error {
	d.stride = 1
	for i := range d.marks {
		var event C.CUevent
		if err := d.check("cuEventCreate", C.cuEventCreate(&event, C.CU_EVENT_DISABLE_TIMING)); err != nil {
			return err
		}
		d.marks[i].event = event
		d.undo = append(d.undo, func() error { return d.check("cuEventDestroy", C.cuEventDestroy(event)) })
	}
	return nil
}

// launched counts a launch of that many kernels and products, and sets a mark if one is
// due. To keep the queue short, it first waits for the mark before the last.
func (d *Device) launched(work int) error {
	if d.recording {
		d.recorded += work
		return nil
	}
	d.launches++
	d.queued += work
	if d.launches < d.stride && d.queued < maxQueued {
		return nil
	}
	m := &d.marks[d.oldest]
	if err := d.reach(m); err != nil {
		return err
	}
	if err := d.check("cuEventRecord", C.cuEventRecord(m.event, d.cstream())); err != nil {
		return err
	}
	m.set = true
	d.oldest = 1 - d.oldest
	d.launches, d.queued = 0, 0
	return nil
}

// reach waits for a mark, if it is set. The time since the previous mark determines how
// far apart the next ones will be.
func (d *Device) reach(m *mark) error {
	if !m.set {
		return nil
	}
	m.set = false
	if err := d.await("cuEventQuery", func() C.CUresult { return C.cuEventQuery(m.event) }); err != nil {
		return err
	}
	lap := time.Since(d.reached)
	d.reached = time.Now()
	switch {
	case lap < shortestLap:
		d.stride = min(2*d.stride, maxQueued)
	case lap > longestLap:
		d.stride = max(d.stride/2, 1)
	}
	return nil
}

// Sync waits for all work before it. Failures of that work are returned by Sync or by
// an earlier call. If nothing finishes for StepTimeout, the error is an Error with
// CUDA_ERROR_NOT_READY.
func (d *Device) Sync() error {
	for _, i := range []int{d.oldest, 1 - d.oldest} {
		if d.err != nil {
			return d.err
		}
		if err := d.reach(&d.marks[i]); err != nil {
			return err
		}
	}
	return d.await("cuStreamQuery", func() C.CUresult { return C.cuStreamQuery(d.cstream()) })
}

// await polls until the answer is no longer "not ready", or until StepTimeout has
// passed.
func (d *Device) await(call string, ask func() C.CUresult) error {
	start := time.Now()
	for {
		code := ask()
		waited := time.Since(start)
		switch {
		case code != C.CUDA_ERROR_NOT_READY:
			return d.check(call, code)
		case d.StepTimeout > 0 && waited >= d.StepTimeout:
			return d.keep(unfinished(call, d.StepTimeout))
		case waited > spinning:
			time.Sleep(min(waited/pausePart, longestPause))
		}
	}
}

// unfinished is the error of a wait that has lasted too long.
func unfinished(call string, timeout time.Duration) error {
	k := driverCodes[C.CUDA_ERROR_NOT_READY]
	hint := fmt.Sprintf("nothing was finished in %v; %s", timeout, k.hint)
	return &Error{call, C.CUDA_ERROR_NOT_READY, k.name, hint, k.fault}
}
