//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import (
	"cmp"
	"errors"
	"unsafe"
)

// A Graph is recorded work.
type Graph struct {
	device *Device
	work   int // kernels and products
	exec   C.CUgraphExec
}

// errUnfinished is the error of a recording while its work runs.
var errUnfinished = errors.New("driver: the recording is not finished")

// Record calls work and returns what it asked of the device, none of which is done yet:
// Launch, Zero and matrix products are recorded. Everything else, such as Alloc and
// Sync, fails while recording, and a product of a shape, or of operands of an alignment,
// that has never run may fail, since cuBLAS then loads a kernel. If work fails, so does Record, with the same error.
// The device owns the graph until its Close.
func (d *Device) Record(work func() error) (*Graph, error) {
	if d.err != nil {
		return nil, d.err
	}
	graph, err := d.capture(work)
	if err != nil {
		return nil, err
	}
	return d.instantiate(graph)
}

// capture returns what work asks of the stream. The stream stops recording even if work
// panics.
func (d *Device) capture(work func() error) (graph C.CUgraph, err error) {
	mode := C.CUstreamCaptureMode(C.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)
	if err := d.check("cuStreamBeginCapture", C.cuStreamBeginCapture(d.cstream(), mode)); err != nil {
		return nil, err
	}
	err = errUnfinished
	d.recording, d.recorded = true, 0
	defer func() {
		d.recording = false
		if d.lost {
			err = d.err
			return
		}
		ended := d.check("cuStreamEndCapture", C.cuStreamEndCapture(d.cstream(), &graph))
		err = cmp.Or(err, ended, d.err)
		if err != nil && graph != nil && !d.lost {
			C.cuGraphDestroy(graph)
		}
	}()
	err = work()
	return nil, err
}

// instantiate turns a recording into a graph that can be launched.
func (d *Device) instantiate(graph C.CUgraph) (*Graph, error) {
	g := &Graph{device: d, work: d.recorded}
	err := d.check("cuGraphInstantiateWithFlags", C.cuGraphInstantiateWithFlags(&g.exec, graph, 0))
	if d.lost {
		return nil, err
	}
	destroyed := d.check("cuGraphDestroy", C.cuGraphDestroy(graph))
	if err != nil {
		return nil, err
	}
	d.graphs[g] = struct{}{}
	if destroyed != nil {
		g.Close()
		return nil, destroyed
	}
	return g, nil
}

// Launch does the recorded work, after all work before it. It waits only while much
// work is queued. It panics if the graph is closed.
func (g *Graph) Launch() error {
	d := g.device
	if d.err != nil {
		return d.err
	}
	if g.exec == nil {
		panic("driver: Launch of a closed graph")
	}
	if err := d.check("cuGraphLaunch", C.cuGraphLaunch(g.exec, d.cstream())); err != nil {
		return err
	}
	return d.launched(g.work)
}

// Close frees the graph. Closing it again does nothing.
func (g *Graph) Close() error {
	d := g.device
	if g.exec == nil {
		return nil
	}
	exec := g.exec
	g.exec = nil
	delete(d.graphs, g)
	if d.err != nil {
		return d.err
	}
	return d.check("cuGraphExecDestroy", C.cuGraphExecDestroy(exec))
}

// cstream returns the device's stream in C's type.
func (d *Device) cstream() C.CUstream { return C.CUstream(unsafe.Pointer(d.stream.C())) }
