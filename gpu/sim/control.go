//go:build linux

package sim

import (
	"bytes"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"
)

// control is the memory that the library and the test share. library/control.h has the
// same words in the same order.
type control struct {
	calls, live, leaked, used, products, late atomic.Uint64
	lateName                                  [32]byte

	capacity, failCall, failCode, failAlways, failLater, hangCall atomic.Uint64
	flipProduct, flipAlways, flipElement, flipBit                 atomic.Uint64
	epilogues, compute, noCubins, alone, watched, noFuncLoad      atomic.Uint64
}

// A Device is the simulated device as a test sees it, from outside the driver.
type Device struct{ c *control }

// Use makes a new simulated device the one that package driver opens, in this
// process and in those it starts, until the test ends. It skips the test, with
// the reason, if the library cannot be built here.
func Use(t testing.TB) *Device {
	t.Helper()
	library := Build(t)
	d := newDevice(t)
	t.Setenv("MNISTGPU_LIBCUDA", library)
	t.Setenv("MNISTGPU_LIBCUBLAS", library)
	return d
}

// newDevice makes a device and names it to the library. The library starts afresh when
// cuInit finds another name.
func newDevice(t testing.TB) *Device {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control")
	d, unmap, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unmap)
	t.Setenv("MNISTGPU_SIM", path)
	return d
}

// Create makes a device that this process controls through a new file at path, until
// unmap is called. It is the device of all processes whose MNISTGPU_SIM is path.
func Create(path string) (d *Device, unmap func(), err error) {
	const size = int(unsafe.Sizeof(control{}))
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	memory, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return &Device{(*control)(unsafe.Pointer(&memory[0]))}, func() { syscall.Munmap(memory) }, nil
}

// Calls is the number of calls of the driver and of cuBLAS so far.
func (d *Device) Calls() int { return int(d.c.calls.Load()) }

// Live is the number of objects that exist: contexts, streams, allocations, modules,
// graphs and cuBLAS handles.
func (d *Device) Live() int { return int(d.c.live.Load()) }

// Leaked is the number of objects that nobody freed and that disappeared with their
// context.
func (d *Device) Leaked() int { return int(d.c.leaked.Load()) }

// Used is the number of bytes of device memory that are allocated.
func (d *Device) Used() int { return int(d.c.used.Load()) }

// Products is the number of matrix products computed so far.
func (d *Device) Products() int { return int(d.c.products.Load()) }

// CallsAfterLoss is the number of calls that were made after one had returned an
// error that ends the context, and the function of the first of them.
func (d *Device) CallsAfterLoss() (n int, first string) {
	name, _, _ := bytes.Cut(d.c.lateName[:], []byte{0})
	return int(d.c.late.Load()), string(name)
}

// SetCapacity gives the device n bytes of memory instead of 8 GiB.
func (d *Device) SetCapacity(n int) { d.c.capacity.Store(uint64(n)) }

// SetCompute gives the device a compute capability other than 9.0.
func (d *Device) SetCompute(major, minor int) { d.c.compute.Store(uint64(10*major + minor)) }

// SetCubins sets whether the driver accepts modules that are not PTX. By default it
// does.
func (d *Device) SetCubins(taken bool) { d.c.noCubins.Store(word(!taken)) }

// Epilogues is how cuBLASLt behaves.
type Epilogues int

// The ways cuBLASLt can behave, in the order of library/control.h.
const (
	GoodEpilogues    Epilogues = iota
	NoLibrary                  // as if there were none
	NoAlgorithm                // its heuristic finds none
	BadAlgorithm               // its heuristic finds one and says that it is not valid
	EpiloguesZeroNaN           // its ReLU turns NaN into 0
)

// SetEpilogues sets how cuBLASLt behaves. The default is GoodEpilogues.
func (d *Device) SetEpilogues(e Epilogues) { d.c.epilogues.Store(uint64(e)) }

// SetFuncLoad sets whether the driver has cuFuncLoad. By default it does.
func (d *Device) SetFuncLoad(has bool) { d.c.noFuncLoad.Store(word(!has)) }

// SetCooperative sets whether the device has cooperative launches. By default it does.
func (d *Device) SetCooperative(is bool) { d.c.alone.Store(word(!is)) }

// Watch has the device find races and accesses that are not aligned, until the test
// ends. It must not be open yet. Allocations then start where a GPU's do, and need not
// end at a page that must not be accessed. A launch with a race fails with
// CUDA_ERROR_LAUNCH_FAILED and describes it on standard error. One of more than 16384
// threads fails with CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES. Kernels are much slower.
func (d *Device) Watch() { d.c.watched.Store(1) }

// A Fault is a failure that the device is to have.
type Fault struct {
	Call   int  // the call that fails, counted from 1 as Calls counts
	Code   int  // the CUresult; cuBLAS turns it into a status
	Always bool // all calls after it fail too
	Later  bool // the call succeeds, and the next wait of the host fails
}

// Fail gives the device the fault f and no other. The zero Fault is none.
func (d *Device) Fail(f Fault) {
	d.c.failCall.Store(0)
	d.c.failCode.Store(uint64(f.Code))
	d.c.failAlways.Store(word(f.Always))
	d.c.failLater.Store(word(f.Later))
	d.c.failCall.Store(uint64(f.Call))
}

// Hang makes the device finish no work from that call on, counted as Calls counts.
// Calls that wait for work then do not return. 0 means never.
func (d *Device) Hang(call int) { d.c.hangCall.Store(uint64(call)) }

// A Flip is a wrong bit in the result of a matrix product.
type Flip struct {
	Product int  // the product, counted from 1 as Products counts
	Element int  // index in its result in memory order, modulo the number of elements
	Bit     int  // 0 is the lowest of the fraction, 31 the sign
	Always  bool // all products after it have one too
}

// Flip gives the device the wrong bit f and no other. The zero Flip is none.
func (d *Device) Flip(f Flip) {
	d.c.flipProduct.Store(0)
	d.c.flipElement.Store(uint64(f.Element))
	d.c.flipBit.Store(uint64(f.Bit))
	d.c.flipAlways.Store(word(f.Always))
	d.c.flipProduct.Store(uint64(f.Product))
}

func word(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
