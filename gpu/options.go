// Package gpu is the backend that computes on an NVIDIA GPU through CUDA.
//
// cuBLAS does the matrix products, along with biases and ReLU where cuBLASLt can.
// Package kernels does the rest and, for small batches, whole steps. Capture runs a
// step once to learn which calls it makes, reserves the scratch memory it needs and
// records it as a CUDA graph; Replay launches the graph. All work goes to one stream
// and all sums have a fixed order: the same seed on the same card with the same driver
// gives the same bits.
//
// The backend exists only in builds with the tag cuda on Linux. In all other builds
// [Open], [Devices] and [Versions] return [ErrNoCUDA].
package gpu

import (
	"fmt"
	"time"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// ErrNoCUDA means that this program has no CUDA backend. It wraps
// backend.ErrNoDevice.
var ErrNoCUDA = fmt.Errorf("%w: built without CUDA; build with: make build", backend.ErrNoDevice)

// Options are the choices of [Open].
type Options struct {
	Device    int       // ordinal of the GPU
	Precision Precision // of the matrix products
	Engine    Engine    // what a step is made of
	NoGraph   bool      // replay call by call, not as a CUDA graph
	Trace     *Trace    // if not nil, wait after each call and count its time here; no graph

	// StepTimeout is how long to wait for a device that finishes nothing. After that
	// the device is lost. It must be longer than the longest step takes. 0 means no
	// limit.
	StepTimeout time.Duration
}

// Engine says whether verbs are fused. It is its name in flags; the empty one means Auto.
type Engine string

// The engines.
const (
	// Auto is Persistent where possible and otherwise Fused, except that the last layer
	// is not fused for batches of more than 512 images.
	Auto Engine = "auto"
	// Ops runs each verb by itself.
	Ops Engine = "ops"
	// Fused adds biases and applies ReLU in the products of the forward pass, and
	// advances the counters in one launch for all steps of a graph. For plain descent
	// it also updates weights as their gradient is computed, if there is no L2, and
	// does the last layer's part of a step in two kernels, if there are at most 16
	// classes.
	Fused Engine = "fused"
	// Persistent runs whole steps in one kernel, which keeps the weights in shared
	// memory as long as no other verb comes between the steps. It supports plain
	// descent with one hidden layer, at most 128 images a step, images of a multiple of
	// 4 pixels, and at most 16 classes, within the limits of the GPU's shared memory.
	// It multiplies in FP32, whatever the Precision.
	Persistent Engine = "persistent"
)

// Engines returns the names of the engines.
func Engines() []string {
	return []string{string(Auto), string(Ops), string(Fused), string(Persistent)}
}

// Precision is the arithmetic of the matrix products. Whatever it is, operands, sums
// and results are float32 in memory, and all other work is done in float32; the only
// exception is how Split16 stores the operands of the first layer. It is its name in
// flags and results; the empty one means FP32.
type Precision string

// The precisions.
const (
	FP32 Precision = "fp32" // factors unchanged
	TF32 Precision = "tf32" // factors rounded to 10 bits of fraction, for tensor cores
	BF16 Precision = "bf16" // factors rounded to 7 bits of fraction, for tensor cores

	// Split16 is FP32 except for the products of bytes with the weights of the first
	// layer and with its gradient, which run on tensor cores. They take each byte as a
	// float16 number, and each of the other factors as two float16 numbers, which keep
	// 23 of its bits. Of a factor that is less than 2⁻²⁷ of the largest, they keep the
	// bits down to 2⁻⁵⁰ of the largest. Kernels are fastest where the widths are
	// multiples of 8.
	Split16 Precision = "split16"
)

// Precisions returns the names of the precisions.
func Precisions() []string {
	return []string{string(FP32), string(TF32), string(BF16), string(Split16)}
}

// DeviceInfo describes a GPU: its compute capability, its memory in bytes, and why it
// cannot be used, if it cannot.
type DeviceInfo = driver.Info

// Software is what was found of NVIDIA's software. Fields are zero for what was
// not found.
type Software = driver.Version
