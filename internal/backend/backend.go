// Package backend is the contract between the network and the machine that
// computes it.
//
// A [Backend] owns memory and records steps; [Ops] are the verbs a step is
// made of; a [Graph] is a recorded step that can be replayed. The network is
// written once, on Ops, and runs on every backend.
//
// Four rules keep a recorded step valid for ever:
//
//   - Ops exist only inside Capture, so nothing runs by accident.
//   - Shapes, widths and Go scalars freeze when they are recorded.
//   - What changes between replays (learning rate, step, position in the
//     data, shuffle order, weights) lives in tensors.
//   - Inside a step nothing is copied to the host and nothing branches on a
//     tensor's value.
//
// Three kinds of error are kept apart. A caller's bug, such as a wrong shape, panics
// while the step is recorded. A user's mistake never gets this far. A device fault is
// returned as an error that wraps [ErrDeviceLost] or [ErrOutOfMemory]; after the first
// one only Close is allowed.
package backend

import "mnistgpu/internal/fault"

// A Backend computes on one device. It is used from the goroutine that opened
// it.
type Backend interface {
	// Name is the word that selects the backend, such as "cpu".
	Name() string

	// Device describes the hardware to people: the processor or card, and the library
	// that multiplies.
	Device() string

	// ChunkRows is the number of rows that a step should take through the
	// network at a time, so that their activations stay in the device's
	// fastest memory. Larger batches are taken in chunks.
	ChunkRows() int

	// Alloc returns a zeroed (rows, cols) matrix of elements of type dt. The
	// backend owns it until Close. The error wraps [ErrOutOfMemory] when the
	// device has too little left.
	Alloc(dt DType, rows, cols int) (Tensor, error)

	// Upload copies src, in the host's byte order, to the whole of dst. It
	// takes effect after every Replay before it and before every one after it.
	Upload(dst Tensor, src []byte) error

	// Download copies the whole of src to dst, in the host's byte order, after
	// every Replay before it.
	Download(dst []byte, src Tensor) error

	// Capture runs step once to record it. Nothing is computed.
	Capture(step func(Ops)) (Graph, error)

	// Sync waits for every Replay before it.
	Sync() error

	// Close waits for the device and frees everything the backend owns.
	Close() error
}

// LongGraphs is implemented by a Backend whose launches cost so much that one graph
// should hold several steps of a run.
type LongGraphs interface {
	// StepsPerGraph is the most steps that one graph should hold.
	StepsPerGraph() int
}

// A Graph is a recorded step, or several.
type Graph interface {
	// Replay runs the step once more. It may return before the device has
	// finished; Download and Sync wait.
	Replay() error
}

// Faults that a backend's errors wrap. Each is a [*fault.Error] of the kind of its name.
var (
	// ErrNoDevice means that there is no device the backend can use.
	ErrNoDevice error = fault.New(fault.NoDevice, "no usable device")

	// ErrDeviceLost means that the device failed and that its memory can no
	// longer be read.
	ErrDeviceLost error = fault.New(fault.DeviceLost, "device lost")

	// ErrStepTimeout wraps ErrDeviceLost. It means that the device finished nothing
	// for the longest time that a step may take.
	ErrStepTimeout error = fault.New(fault.StepTimeout, "%w", ErrDeviceLost)

	// ErrOutOfMemory means that the device has too little memory left.
	ErrOutOfMemory error = fault.New(fault.OutOfMemory, "out of device memory")
)
