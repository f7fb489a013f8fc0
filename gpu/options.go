// Package gpu is the backend that computes on an NVIDIA GPU through CUDA.
//
// cuBLAS does the matrix products, with biases and ReLU where its cuBLASLt can, and
// package kernels the rest, or, for small batches, whole steps. Capture runs a step once
// to learn what it asks for, reserves the scratch memory it needs and records it as a
// CUDA graph; Replay launches the graph. All work goes to one stream and all sums have a
// fixed order: the same seed on the same card with the same driver gives the same bits.
//
// The backend is there in a build with the tag cuda on Linux. In any other
// build [Open], [Devices] and [Versions] return [ErrNoCUDA].
package gpu

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// ErrNoCUDA says that this program has no CUDA backend. It wraps
// backend.ErrNoDevice.
var ErrNoCUDA = fmt.Errorf("%w: built without CUDA; build with: make build", backend.ErrNoDevice)

// An OverrideError says that the environment would change the arithmetic behind
// the program's back.
type OverrideError struct{ Variables []string } // each as NAME=value

// Error names the variables, in one line.
func (e *OverrideError) Error() string {
	return strings.Join(e.Variables, " ") + " would change what cuBLAS computes: unset it"
}

// Options are the choices of [Open].
type Options struct {
	Device    int       // ordinal of the GPU
	Precision Precision // of the matrix products
	Engine    Engine    // what a step is made of
	NoGraph   bool      // replay call by call, not as a CUDA graph
	Trace     *Trace    // if not nil, wait after each call and count its time here; no graph

	// StepTimeout is how long to wait while the device finishes nothing: longer than
	// the longest step takes. The device is lost then. 0 is for ever.
	StepTimeout time.Duration
}

// Engine says whether verbs are fused.
type Engine uint8

// The engines.
const (
	// Auto is Persistent where that can be, and else Fused, but for the last layer of
	// batches of more than 512 images.
	Auto Engine = iota
	// Ops is each verb by itself.
	Ops
	// Fused is biases and ReLU in the products of the forward pass, and one launch
	// that counts all steps of a graph. For plain descent it is, too, weights that are
	// updated as their gradient is formed, where there is no L2, and the last layer's
	// part of a step in two kernels, where there are up to 16 classes.
	Fused
	// Persistent is whole steps in one kernel, which keeps the weights in shared memory
	// as long as nothing but steps is asked for. It is for plain descent of one hidden
	// layer, up to 128 images a step, of a multiple of 4 pixels, and 16 classes, as far
	// as the GPU's shared memory goes. It multiplies in FP32, whatever the Precision
	// allows.
	Persistent
)

var engineNames = [...]string{Auto: "auto", Ops: "ops", Fused: "fused", Persistent: "persistent"}

// An EngineError says why the engine that was asked for cannot take a step.
type EngineError struct {
	Engine Engine
	Reason string // what there is, and perhaps what would do
}

// Error is one line: engine, reason.
func (e *EngineError) Error() string { return fmt.Sprintf("engine %v: %s", e.Engine, e.Reason) }

// Engines are the names of the engines.
func Engines() []string { return slices.Clone(engineNames[:]) }

// String is the name of e in flags, such as "auto".
func (e Engine) String() string { return engineNames[e] }

// UnmarshalText sets e by its name: auto, ops, fused or persistent.
func (e *Engine) UnmarshalText(text []byte) error {
	i, err := named("engine", Engines(), text)
	if err == nil {
		*e = Engine(i)
	}
	return err
}

// Precision is the arithmetic of the matrix products. Operands, sums and
// results are float32 in memory with each of them, and so is all other work, but
// for what Split16 makes of the operands of the first layer.
type Precision uint8

// The precisions.
const (
	FP32 Precision = iota // factors as they are
	TF32                  // factors rounded to 10 bits of fraction, for tensor cores
	BF16                  // factors rounded to 7 bits of fraction, for tensor cores

	// Split16 is FP32 but for the products of bytes with the weights of the first layer
	// and with its gradient. These take the bytes as float16, and each of the other
	// factors as two float16 numbers, which have 23 of its bits, and of one that is
	// less than 2⁻²⁷ of the largest, those down to 2⁻⁵⁰ of that: for tensor cores.
	// Kernels are fastest where the widths are multiples of 8.
	Split16
)

var precisionNames = [...]string{FP32: "fp32", TF32: "tf32", BF16: "bf16", Split16: "split16"}

// Precisions are the names of the precisions.
func Precisions() []string { return slices.Clone(precisionNames[:]) }

// String is the name of p in flags and results, such as "fp32".
func (p Precision) String() string { return precisionNames[p] }

// UnmarshalText sets p by its name: fp32, tf32, bf16 or split16.
func (p *Precision) UnmarshalText(text []byte) error {
	i, err := named("precision", Precisions(), text)
	if err == nil {
		*p = Precision(i)
	}
	return err
}

// named is the index of text among the names of a kind.
func named(kind string, names []string, text []byte) (int, error) {
	i, last := slices.Index(names, string(text)), len(names)-1
	if i < 0 {
		return 0, fmt.Errorf("unknown %s %q, want %s or %s", kind, text, strings.Join(names[:last], ", "), names[last])
	}
	return i, nil
}

// DeviceInfo describes a GPU: its compute capability, its memory in bytes, and why it
// cannot be used, if it cannot.
type DeviceInfo = driver.Info

// Software is what was found of NVIDIA's software. Fields are zero for what was
// not found.
type Software = driver.Version
