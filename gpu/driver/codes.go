//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import "mnistgpu/internal/backend"

// A code is what is known of a CUresult or cublasStatus_t.
type code struct {
	name  string
	hint  string
	fault error
}

const (
	hintBug     = "this is a bug in the program"
	hintRestart = "the device is lost: start again from the last checkpoint"
	hintLog     = "see the system's log for NVRM and Xid; " + hintRestart
	hintMPS     = "ask for the state of the MPS server: nvidia-cuda-mps-control"
)

// driverCodes are the results that a user can meet, by their numbers in cuda.h.
// Where cuda.h says that the process must be started again, the device is lost.
var driverCodes = map[int]code{
	1:   {"CUDA_ERROR_INVALID_VALUE", hintBug, nil},
	2:   {"CUDA_ERROR_OUT_OF_MEMORY", "free memory on the device or take a smaller batch", backend.ErrOutOfMemory},
	3:   {"CUDA_ERROR_NOT_INITIALIZED", hintBug, nil},
	4:   {"CUDA_ERROR_DEINITIALIZED", "the driver is shutting down", backend.ErrDeviceLost},
	34:  {"CUDA_ERROR_STUB_LIBRARY", "the toolkit's stub is loaded: take its stubs folder out of LD_LIBRARY_PATH", backend.ErrNoDevice},
	46:  {"CUDA_ERROR_DEVICE_UNAVAILABLE", "another program has the device to itself: see nvidia-smi", backend.ErrNoDevice},
	100: {"CUDA_ERROR_NO_DEVICE", "the driver sees no GPU: see nvidia-smi and CUDA_VISIBLE_DEVICES", backend.ErrNoDevice},
	101: {"CUDA_ERROR_INVALID_DEVICE", "no device has this number", backend.ErrNoDevice},
	200: {"CUDA_ERROR_INVALID_IMAGE", "the kernels are not valid for this driver", backend.ErrNoDevice},
	201: {"CUDA_ERROR_INVALID_CONTEXT", "the device is used from a thread that did not open it", nil},
	209: {"CUDA_ERROR_NO_BINARY_FOR_GPU", "the GPU is older than the kernels: they need compute capability 7.5", backend.ErrNoDevice},
	214: {"CUDA_ERROR_ECC_UNCORRECTABLE", "the device's memory is damaged; " + hintLog, backend.ErrDeviceLost},
	218: {"CUDA_ERROR_INVALID_PTX", "the driver cannot compile the kernels", backend.ErrNoDevice},
	220: {"CUDA_ERROR_NVLINK_UNCORRECTABLE", hintLog, backend.ErrDeviceLost},
	221: {"CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "install libnvidia-ptxjitcompiler of the driver's version", backend.ErrNoDevice},
	222: {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the driver is older than the kernels: install 520 or newer", backend.ErrNoDevice},
	304: {"CUDA_ERROR_OPERATING_SYSTEM", hintLog, backend.ErrDeviceLost},
	400: {"CUDA_ERROR_INVALID_HANDLE", hintBug, nil},
	500: {"CUDA_ERROR_NOT_FOUND", "the kernels do not hold this one", nil},
	700: {"CUDA_ERROR_ILLEGAL_ADDRESS", "a kernel left its memory; " + hintRestart, backend.ErrDeviceLost},
	701: {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "a kernel asks for more threads or registers than there are", nil},
	702: {"CUDA_ERROR_LAUNCH_TIMEOUT", "a kernel took too long; " + hintRestart, backend.ErrDeviceLost},
	709: {"CUDA_ERROR_CONTEXT_IS_DESTROYED", hintRestart, backend.ErrDeviceLost},
	710: {"CUDA_ERROR_ASSERT", "a kernel stopped itself; " + hintRestart, backend.ErrDeviceLost},
	714: {"CUDA_ERROR_HARDWARE_STACK_ERROR", hintRestart, backend.ErrDeviceLost},
	715: {"CUDA_ERROR_ILLEGAL_INSTRUCTION", hintRestart, backend.ErrDeviceLost},
	716: {"CUDA_ERROR_MISALIGNED_ADDRESS", hintRestart, backend.ErrDeviceLost},
	717: {"CUDA_ERROR_INVALID_ADDRESS_SPACE", hintRestart, backend.ErrDeviceLost},
	718: {"CUDA_ERROR_INVALID_PC", hintRestart, backend.ErrDeviceLost},
	719: {"CUDA_ERROR_LAUNCH_FAILED", "a kernel failed; " + hintRestart, backend.ErrDeviceLost},
	800: {"CUDA_ERROR_NOT_PERMITTED", hintBug, nil},
	801: {"CUDA_ERROR_NOT_SUPPORTED", "the driver is too old: install 520 or newer", backend.ErrNoDevice},
	802: {"CUDA_ERROR_SYSTEM_NOT_READY", "the system is starting: see that nvidia-fabricmanager runs", backend.ErrNoDevice},
	803: {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "kernel module and libcuda differ in version: restart the machine", backend.ErrNoDevice},
	804: {"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "CUDA's compat libraries do not serve this GPU: install a newer driver", backend.ErrNoDevice},
	805: {"CUDA_ERROR_MPS_CONNECTION_FAILED", hintMPS, backend.ErrNoDevice},
	806: {"CUDA_ERROR_MPS_RPC_FAILURE", hintMPS, backend.ErrDeviceLost},
	807: {"CUDA_ERROR_MPS_SERVER_NOT_READY", hintMPS, backend.ErrNoDevice},
	808: {"CUDA_ERROR_MPS_MAX_CLIENTS_REACHED", hintMPS, backend.ErrNoDevice},
	809: {"CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED", hintMPS, backend.ErrNoDevice},
	810: {"CUDA_ERROR_MPS_CLIENT_TERMINATED", hintMPS, backend.ErrDeviceLost},
	900: {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "work that cannot be recorded; " + hintBug, nil},
	901: {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "a call before this one failed while recording", nil},
	911: {"CUDA_ERROR_EXTERNAL_DEVICE", hintRestart, backend.ErrDeviceLost},
	999: {"CUDA_ERROR_UNKNOWN", hintLog, backend.ErrDeviceLost},
}

// blasCodes are the states of cuBLAS by their numbers in cublas_api.h. After all
// of them the handle of gorgonia.org/cu/blas is of no more use.
var blasCodes = map[int]code{
	1:  {"CUBLAS_STATUS_NOT_INITIALIZED", "cuBLAS and the driver do not fit each other, or too little memory is free", backend.ErrDeviceLost},
	3:  {"CUBLAS_STATUS_ALLOC_FAILED", "free memory on the device or take a smaller batch", backend.ErrOutOfMemory},
	7:  {"CUBLAS_STATUS_INVALID_VALUE", hintBug, backend.ErrDeviceLost},
	8:  {"CUBLAS_STATUS_ARCH_MISMATCH", "this cuBLAS does not serve the GPU in this precision", backend.ErrDeviceLost},
	11: {"CUBLAS_STATUS_MAPPING_ERROR", hintRestart, backend.ErrDeviceLost},
	13: {"CUBLAS_STATUS_EXECUTION_FAILED", hintRestart, backend.ErrDeviceLost},
	14: {"CUBLAS_STATUS_INTERNAL_ERROR", hintRestart, backend.ErrDeviceLost},
	15: {"CUBLAS_STATUS_NOT_SUPPORTED", "this cuBLAS lacks what is asked for: install a newer one", backend.ErrDeviceLost},
}

// known is the name and the text that the driver itself has for a code.
func known(number int) (name, text string) {
	var s *C.char
	name = "unknown CUDA error"
	if C.cuGetErrorName(C.CUresult(number), &s) == C.CUDA_SUCCESS {
		name = C.GoString(s)
	}
	if C.cuGetErrorString(C.CUresult(number), &s) == C.CUDA_SUCCESS {
		text = C.GoString(s)
	}
	return name, text
}
