//go:build cuda && linux

package driver

// #include "calls.h"
// #cgo noescape driver_launch
// #cgo nocallback driver_launch
import "C"

import (
	"math"
	"unsafe"

	"gorgonia.org/cu"
)

// A Module is loaded device code.
type Module struct {
	device *Device
	module cu.Module
}

// A Function is a kernel of a Module. The zero Function is none.
type Function struct {
	name string
	fn   C.CUfunction
}

// LoadModule loads the first of the images that the driver accepts: cubins, which are
// for some devices only, and PTX text, which the driver compiles. The device owns the
// module until Close.
func (d *Device) LoadModule(images ...string) (*Module, error) {
	if d.err != nil {
		return nil, d.err
	}
	var module cu.Module
	var err error
	for _, image := range images {
		if module, err = cu.LoadData(image); !refused(err) {
			break
		}
	}
	if err := d.result("cuModuleLoadData", err); err != nil {
		return nil, err
	}
	d.modules = append(d.modules, module)
	return &Module{d, module}, nil
}

// refused reports whether the driver does not accept an image but may accept another
// one.
func refused(err error) bool {
	switch codeOf(err) {
	case C.CUDA_ERROR_INVALID_IMAGE, C.CUDA_ERROR_NO_BINARY_FOR_GPU:
		return true
	}
	return false
}

// Function returns the kernel of that name, and loads it: a driver may put that off until
// the kernel is first launched, which must then not be recorded.
func (m *Module) Function(name string) (Function, error) {
	if m.device.err != nil {
		return Function{}, m.device.err
	}
	fn, err := m.module.Function(name)
	if err := m.device.result("cuModuleGetFunction "+name, err); err != nil {
		return Function{}, err
	}
	f := Function{name, *(*C.CUfunction)(unsafe.Pointer(&fn))}
	return f, m.device.finishLoading(f)
}

// finishLoading loads f if that has been put off. A driver older than CUDA 12.4 has no
// call for it, but loads a function when it is asked for its attributes.
func (d *Device) finishLoading(f Function) error {
	code := C.cuFuncLoad(f.fn)
	if code != C.CUDA_ERROR_NOT_SUPPORTED {
		return d.check("cuFuncLoad "+f.name, code)
	}
	var registers C.int
	code = C.cuFuncGetAttribute(&registers, C.CU_FUNC_ATTRIBUTE_NUM_REGS, f.fn)
	return d.check("cuFuncGetAttribute "+f.name, code)
}

// Dim is the number of blocks of a grid, or of threads of a block, in each
// direction. A zero means one, so Dim{X: 256} is a row of 256.
type Dim struct{ X, Y, Z int }

func (d Dim) c() C.driver_dim {
	return C.driver_dim{C.uint(max(d.X, 1)), C.uint(max(d.Y, 1)), C.uint(max(d.Z, 1))}
}

// Arg is a kernel's argument in the eight bytes that the driver reads it from.
type Arg uint64

// Arg passes p to a kernel's pointer parameter.
func (p Ptr) Arg() Arg { return Arg(p) }

// Int passes i to a kernel's int parameter.
func Int(i int) Arg {
	if i < math.MinInt32 || i > math.MaxInt32 {
		panic("driver: kernel argument does not fit an int")
	}
	return Arg(uint32(int32(i)))
}

// Bool passes 1 to a kernel's int parameter if b is true, and else 0.
func Bool(b bool) Arg {
	if b {
		return 1
	}
	return 0
}

// Float passes f to a kernel's float parameter.
func Float(f float32) Arg { return Arg(math.Float32bits(f)) }

// Launch runs f on grid blocks of block threads, each block with shared bytes
// of dynamic shared memory, after all work before it. It waits only while much
// work is queued, and it can be recorded: a recorded launch keeps its arguments. The
// arguments must be those of the kernel in number and type; nothing checks them.
func (d *Device) Launch(f Function, grid, block Dim, shared int, args ...Arg) error {
	return d.launch("cuLaunchKernel ", 0, f, grid, block, shared, args)
}

func (d *Device) launch(call string, cooperative C.int, f Function, grid, block Dim, shared int, args []Arg) error {
	if d.err != nil {
		return d.err
	}
	if len(args) > C.DRIVER_MAX_ARGS {
		panic("driver: kernel with too many arguments")
	}
	code := C.driver_launch(f.fn, cooperative, grid.c(), block.c(), C.uint(shared), d.cstream(),
		(*C.uint64_t)(unsafe.SliceData(args)), C.int(len(args)))
	if code != 0 {
		return d.check(call+f.name, code)
	}
	return d.launched(1)
}
