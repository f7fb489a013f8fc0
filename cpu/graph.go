package cpu

import "mnistgpu/internal/backend"

// Capture records the verbs of step as a list of calls with bound operands. The
// list freezes what a CUDA graph would freeze: shapes and Go scalars.
func (b *Backend) Capture(step func(backend.Ops)) (backend.Graph, error) {
	r := &recorder{b: b}
	step(backend.Checked(r))
	return graph(r.calls), nil
}

// recorder implements backend.Ops: each verb appends the call that computes it.
type recorder struct {
	b     *Backend
	calls []func()
}

func (r *recorder) record(call func()) { r.calls = append(r.calls, call) }

// graph is a recorded step.
type graph []func()

// Replay computes the step before it returns.
func (g graph) Replay() error {
	for _, call := range g {
		call()
	}
	return nil
}
