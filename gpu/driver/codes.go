//go:build cuda && linux

package driver

import "mnistgpu/internal/backend"

// A code is what is known about a CUresult or cublasStatus_t.
type code struct {
	name  string
	hint  string
	fault error
}

const (
	hintBug     = "this is a bug in the program"
	hintMemory  = "free memory on the device or take a smaller network"
	hintLost    = "the device is lost"
	hintLog     = "see the system's log for NVRM and Xid; " + hintLost
	hintMPS     = "ask for the state of the MPS server: nvidia-cuda-mps-control"
	hintKernels = "this driver does not take the kernels: install a newer one"
)

// driverCodes has the results by their numbers in cuda.h, up to those of CUDA 13.3. If
// cuda.h says that the process must be restarted, or leaves the state after the error
// open, the device counts as lost.
var driverCodes = map[int]code{
	1: {"CUDA_ERROR_INVALID_VALUE", hintBug, nil},
	2: {"CUDA_ERROR_OUT_OF_MEMORY", hintMemory, backend.ErrOutOfMemory},
	3: {"CUDA_ERROR_NOT_INITIALIZED", hintBug, nil},
	4: {"CUDA_ERROR_DEINITIALIZED", "the driver is shutting down", backend.ErrDeviceLost},
	5: {"CUDA_ERROR_PROFILER_DISABLED", hintBug, nil},
	6: {"CUDA_ERROR_PROFILER_NOT_INITIALIZED", hintBug, nil},
	7: {"CUDA_ERROR_PROFILER_ALREADY_STARTED", hintBug, nil},
	8: {"CUDA_ERROR_PROFILER_ALREADY_STOPPED", hintBug, nil},

	34:  {"CUDA_ERROR_STUB_LIBRARY", "the toolkit's stub is loaded: take its stubs folder out of LD_LIBRARY_PATH", backend.ErrNoDevice},
	46:  {"CUDA_ERROR_DEVICE_UNAVAILABLE", "another program has the device to itself: see nvidia-smi", backend.ErrNoDevice},
	100: {"CUDA_ERROR_NO_DEVICE", "the driver sees no GPU: see nvidia-smi and CUDA_VISIBLE_DEVICES", backend.ErrNoDevice},
	101: {"CUDA_ERROR_INVALID_DEVICE", "no device has this number", backend.ErrNoDevice},
	102: {"CUDA_ERROR_DEVICE_NOT_LICENSED", "the virtual GPU has no licence: see nvidia-smi -q", backend.ErrNoDevice},

	200: {"CUDA_ERROR_INVALID_IMAGE", hintKernels, backend.ErrNoDevice},
	201: {"CUDA_ERROR_INVALID_CONTEXT", "the device is used from a thread that did not open it", nil},
	202: {"CUDA_ERROR_CONTEXT_ALREADY_CURRENT", hintBug, nil},
	205: {"CUDA_ERROR_MAP_FAILED", hintBug, nil},
	206: {"CUDA_ERROR_UNMAP_FAILED", hintBug, nil},
	207: {"CUDA_ERROR_ARRAY_IS_MAPPED", hintBug, nil},
	208: {"CUDA_ERROR_ALREADY_MAPPED", hintBug, nil},
	209: {"CUDA_ERROR_NO_BINARY_FOR_GPU", "the GPU is older than the kernels: they need compute capability 7.5", backend.ErrNoDevice},
	210: {"CUDA_ERROR_ALREADY_ACQUIRED", hintBug, nil},
	211: {"CUDA_ERROR_NOT_MAPPED", hintBug, nil},
	212: {"CUDA_ERROR_NOT_MAPPED_AS_ARRAY", hintBug, nil},
	213: {"CUDA_ERROR_NOT_MAPPED_AS_POINTER", hintBug, nil},
	214: {"CUDA_ERROR_ECC_UNCORRECTABLE", "the device's memory is damaged; " + hintLog, backend.ErrDeviceLost},
	215: {"CUDA_ERROR_UNSUPPORTED_LIMIT", hintBug, nil},
	216: {"CUDA_ERROR_CONTEXT_ALREADY_IN_USE", hintBug, nil},
	217: {"CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", hintBug, nil},
	218: {"CUDA_ERROR_INVALID_PTX", hintKernels, backend.ErrNoDevice},
	219: {"CUDA_ERROR_INVALID_GRAPHICS_CONTEXT", hintBug, nil},
	220: {"CUDA_ERROR_NVLINK_UNCORRECTABLE", hintLog, backend.ErrDeviceLost},
	221: {"CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "install libnvidia-ptxjitcompiler of the driver's version", backend.ErrNoDevice},
	222: {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the driver is older than the kernels: install 520 or newer", backend.ErrNoDevice},
	223: {"CUDA_ERROR_JIT_COMPILATION_DISABLED", "unset CUDA_DISABLE_PTX_JIT", backend.ErrNoDevice},
	224: {"CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY", hintBug, nil},
	225: {"CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC", hintKernels, backend.ErrNoDevice},
	226: {"CUDA_ERROR_CONTAINED", "the device's memory or links are damaged; " + hintLog, backend.ErrDeviceLost},

	300: {"CUDA_ERROR_INVALID_SOURCE", hintKernels, backend.ErrNoDevice},
	301: {"CUDA_ERROR_FILE_NOT_FOUND", "a file of the driver is missing: install it again", backend.ErrNoDevice},
	302: {"CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND", "the driver's libraries differ in version: install it again", backend.ErrNoDevice},
	303: {"CUDA_ERROR_SHARED_OBJECT_INIT_FAILED", "a library of the driver does not start: install it again", backend.ErrNoDevice},
	304: {"CUDA_ERROR_OPERATING_SYSTEM", hintLog, backend.ErrDeviceLost},
	400: {"CUDA_ERROR_INVALID_HANDLE", hintBug, nil},
	401: {"CUDA_ERROR_ILLEGAL_STATE", hintBug, nil},
	500: {"CUDA_ERROR_NOT_FOUND", "the kernels do not hold this one", nil},
	600: {"CUDA_ERROR_NOT_READY", hintLost, backend.ErrStepTimeout},

	700: {"CUDA_ERROR_ILLEGAL_ADDRESS", "a kernel left its memory; " + hintLost, backend.ErrDeviceLost},
	701: {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "a kernel asks for more threads or registers than there are", nil},
	702: {"CUDA_ERROR_LAUNCH_TIMEOUT", "a kernel took too long; " + hintLost, backend.ErrDeviceLost},
	703: {"CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING", hintBug, nil},
	704: {"CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED", hintBug, nil},
	705: {"CUDA_ERROR_PEER_ACCESS_NOT_ENABLED", hintBug, nil},
	708: {"CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE", hintBug, nil},
	709: {"CUDA_ERROR_CONTEXT_IS_DESTROYED", hintLost, backend.ErrDeviceLost},
	710: {"CUDA_ERROR_ASSERT", "a kernel stopped itself; " + hintLost, backend.ErrDeviceLost},
	711: {"CUDA_ERROR_TOO_MANY_PEERS", hintBug, nil},
	712: {"CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", hintBug, nil},
	713: {"CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", hintBug, nil},
	714: {"CUDA_ERROR_HARDWARE_STACK_ERROR", "a kernel spoilt its stack; " + hintLost, backend.ErrDeviceLost},
	715: {"CUDA_ERROR_ILLEGAL_INSTRUCTION", "a kernel is damaged; " + hintLost, backend.ErrDeviceLost},
	716: {"CUDA_ERROR_MISALIGNED_ADDRESS", "a kernel read across words; " + hintLost, backend.ErrDeviceLost},
	717: {"CUDA_ERROR_INVALID_ADDRESS_SPACE", "a kernel took one memory for another; " + hintLost, backend.ErrDeviceLost},
	718: {"CUDA_ERROR_INVALID_PC", "a kernel left its code; " + hintLost, backend.ErrDeviceLost},
	719: {"CUDA_ERROR_LAUNCH_FAILED", "a kernel failed; " + hintLost, backend.ErrDeviceLost},
	720: {"CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", hintBug, nil},
	721: {"CUDA_ERROR_TENSOR_MEMORY_LEAK", "a kernel kept tensor memory; " + hintLost, backend.ErrDeviceLost},

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
	811: {"CUDA_ERROR_CDP_NOT_SUPPORTED", hintBug, nil},
	812: {"CUDA_ERROR_CDP_VERSION_MISMATCH", hintBug, nil},

	900: {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "work that cannot be recorded; " + hintBug, nil},
	901: {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "a call before this one failed while recording", nil},
	902: {"CUDA_ERROR_STREAM_CAPTURE_MERGE", hintBug, nil},
	903: {"CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", hintBug, nil},
	904: {"CUDA_ERROR_STREAM_CAPTURE_UNJOINED", hintBug, nil},
	905: {"CUDA_ERROR_STREAM_CAPTURE_ISOLATION", hintBug, nil},
	906: {"CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", hintBug, nil},
	907: {"CUDA_ERROR_CAPTURED_EVENT", hintBug, nil},
	908: {"CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", hintBug, nil},
	909: {"CUDA_ERROR_TIMEOUT", "the driver waited in vain; " + hintLost, backend.ErrDeviceLost},
	910: {"CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE", hintBug, nil},
	911: {"CUDA_ERROR_EXTERNAL_DEVICE", "another device failed; " + hintLost, backend.ErrDeviceLost},
	912: {"CUDA_ERROR_INVALID_CLUSTER_SIZE", hintBug, nil},
	913: {"CUDA_ERROR_FUNCTION_NOT_LOADED", hintBug, nil},
	914: {"CUDA_ERROR_INVALID_RESOURCE_TYPE", hintBug, nil},
	915: {"CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION", hintBug, nil},
	916: {"CUDA_ERROR_KEY_ROTATION", "the GPU's keys for confidential computing were not renewed; " + hintLost, backend.ErrDeviceLost},
	917: {"CUDA_ERROR_STREAM_DETACHED", hintBug, nil},
	918: {"CUDA_ERROR_GRAPH_RECAPTURE_FAILURE", hintBug, nil},
	999: {"CUDA_ERROR_UNKNOWN", hintLog, backend.ErrDeviceLost},
}

// blasCodes has the statuses of cuBLAS by their numbers in cublas_api.h. After any of
// them the handle of gorgonia.org/cu/blas is unusable. If work on the device failed,
// the device counts as lost without asking the driver.
var blasCodes = map[int]code{
	1:  {"CUBLAS_STATUS_NOT_INITIALIZED", "cuBLAS and the driver do not fit each other, or too little memory is free", nil},
	3:  {"CUBLAS_STATUS_ALLOC_FAILED", hintMemory, backend.ErrOutOfMemory},
	7:  {"CUBLAS_STATUS_INVALID_VALUE", hintBug, nil},
	8:  {"CUBLAS_STATUS_ARCH_MISMATCH", "this cuBLAS does not serve the GPU in this precision", nil},
	11: {"CUBLAS_STATUS_MAPPING_ERROR", hintLost, backend.ErrDeviceLost},
	13: {"CUBLAS_STATUS_EXECUTION_FAILED", "work on the device failed; " + hintLost, backend.ErrDeviceLost},
	14: {"CUBLAS_STATUS_INTERNAL_ERROR", "cuBLAS failed; " + hintLost, backend.ErrDeviceLost},
	15: {"CUBLAS_STATUS_NOT_SUPPORTED", "this cuBLAS lacks what is asked for: install a newer one", nil},
	16: {"CUBLAS_STATUS_LICENSE_ERROR", "this cuBLAS needs a licence: install another one", nil},
}
