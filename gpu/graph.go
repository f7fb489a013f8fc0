//go:build cuda && linux

package gpu

import (
	"cmp"
	"errors"
	"time"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
)

// Capture records step: first as a list of calls, for which all memory is reserved,
// then as a CUDA graph, unless the options say otherwise or one of the calls is a
// cooperative launch. Not every driver can record such a launch, and since it runs a
// whole stretch of steps, a graph would save nothing. The error is of the
// kind fault.BadUsage if the chosen engine cannot take the step.
func (b *Backend) Capture(step func(backend.Ops)) (backend.Graph, error) {
	if b.err != nil {
		return nil, b.err
	}
	r := &recorder{b: b}
	step(backend.Checked(b.verbs(r)))
	r.settle()
	if fault.Is(r.err, fault.BadUsage) { // the engine refused
		return nil, r.err
	}
	if r.err != nil {
		return nil, b.fail("Capture", r.err)
	}
	if b.options.Trace != nil || b.options.NoGraph || r.cooperative {
		return &list{b, r.calls}, nil
	}
	if err := b.warmUp(r.products); err != nil {
		return nil, b.fail("Capture", err)
	}
	var verb error // which names the verb that failed
	recorded, err := b.device.Record(func() error {
		verb = runCalls(r.calls)
		return verb
	})
	if err != nil {
		return nil, b.fail("Capture", cmp.Or(verb, err))
	}
	return &graph{b, recorded}, nil
}

// runCalls makes the calls one after another. An error names the verb.
func runCalls(calls []call) error {
	for i := range calls {
		if err := calls[i].run(); err != nil {
			return failed(calls[i].op, err)
		}
	}
	return nil
}

// graph is a step as a CUDA graph.
type graph struct {
	b        *Backend
	recorded *driver.Graph
}

// Replay launches the graph and does not wait.
func (g *graph) Replay() error {
	if g.b.err != nil {
		return g.b.err
	}
	return g.b.fail("Replay", g.recorded.Launch())
}

// list is a step as a list of calls.
type list struct {
	b     *Backend
	calls []call
}

// Replay makes the calls. It waits for each of them if they are traced.
func (l *list) Replay() error {
	if l.b.err != nil {
		return l.b.err
	}
	if l.b.options.Trace != nil {
		return l.b.fail("Replay", l.trace())
	}
	return l.b.fail("Replay", runCalls(l.calls))
}

// trace makes the calls one by one and records how long each took.
func (l *list) trace() error {
	if err := l.b.device.Sync(); err != nil {
		return err
	}
	for _, c := range l.calls {
		start := time.Now()
		if err := errors.Join(c.run(), l.b.device.Sync()); err != nil {
			return failed(c.op, err)
		}
		l.b.options.Trace.add(c.op, c.name, c.flops, c.bytes, time.Since(start))
	}
	return nil
}
