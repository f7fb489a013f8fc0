//go:build cuda && linux

package gpu

import (
	"cmp"
	"fmt"
	"strings"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
)

// chunkRows is how many rows the network takes through its layers at a time: enough to
// fill the largest card with products of a few hundred columns, and few enough that
// activations take up little of its memory.
const chunkRows = 16384

// Backend computes on one GPU. It implements backend.Backend.
type Backend struct {
	device  *driver.Device
	options Options
	version driver.Version
	kernels [len(kernelNames)]driver.Function
	scratch [scratchPurposes]scratchBuffer
	warm    map[driver.Product]bool // kinds of products that cuBLAS has already run
	linears map[linearShape]*driver.Linear

	residents map[int]int // how many blocks of two_layer_sgd the device holds, by their shared memory

	err error // the first fault; after it only Close does anything
}

// Open prepares a GPU: context, stream, cuBLAS and all kernels. It locks the calling
// goroutine to its thread until Close. The error wraps backend.ErrNoDevice or
// backend.ErrOutOfMemory, or is of the kind fault.BadUsage if an environment variable
// changes the precision of products.
func Open(options Options) (backend.Backend, error) {
	options.Engine, options.Precision = cmp.Or(options.Engine, Auto), cmp.Or(options.Precision, FP32)
	for _, o := range Overrides() {
		if o.Changes(options.Precision) {
			return nil, fault.Usage("%s %s: unset it to multiply in %v", o.Variable, o.Effect, options.Precision)
		}
	}
	device, err := driver.Open(options.Device)
	if err != nil {
		return nil, unopened(err)
	}
	device.StepTimeout = options.StepTimeout
	b := &Backend{
		device: device, options: options,
		warm: map[driver.Product]bool{}, linears: map[linearShape]*driver.Linear{}, residents: map[int]int{},
	}
	if err := b.load(); err != nil {
		device.Close()
		return nil, unopened(err)
	}
	return b, nil
}

// Name is "cuda".
func (b *Backend) Name() string { return "cuda" }

// Device names the card, its compute capability, the version of cuBLAS, the precision,
// and the engine if one was chosen, and
// whether the device is simulated.
func (b *Backend) Device() string {
	info := b.device.Info()
	name := info.Name
	if info.Simulated && !strings.Contains(name, "simulated device") {
		name = "simulated device " + name
	}
	blas := b.version.CUBLAS
	engine := ""
	if b.options.Engine != Auto {
		engine = fmt.Sprintf(", engine %v", b.options.Engine)
	}
	return fmt.Sprintf("%s (compute %d.%d), cuBLAS %d.%d.%d in %v%s",
		name, info.ComputeMajor, info.ComputeMinor, blas[0], blas[1], blas[2], b.options.Precision, engine)
}

// ChunkRows is 16384.
func (b *Backend) ChunkRows() int { return chunkRows }

// stepsPerGraph is large enough to hide the cost of launches, and small enough that a
// run can be stopped within a millisecond or two.
const stepsPerGraph = 64

// StepsPerGraph is 64, or 1 if the options rule out CUDA graphs.
func (b *Backend) StepsPerGraph() int {
	if b.options.NoGraph || b.options.Trace != nil {
		return 1
	}
	return stepsPerGraph
}

// Sync waits for every Replay before it.
func (b *Backend) Sync() error {
	if b.err != nil {
		return b.err
	}
	return b.fail("Sync", b.device.Sync())
}

// Close waits for the device, frees everything and unlocks the goroutine from its
// thread. It does not repeat a fault that an earlier call returned.
func (b *Backend) Close() error {
	if err := b.device.Close(); err != nil {
		return failed("Close", err)
	}
	return nil
}
