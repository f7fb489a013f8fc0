// Calls that concern the device and its context.

#include <string.h>

#include "world.h"

using namespace sim;

// The driver package knows by this name that there is no GPU.
extern "C" __attribute__((visibility("default"))) const int simulated_device = 1;

CUresult cuInit(unsigned) {
	const std::lock_guard<std::mutex> lock(world.mutex);
	attach();
	return enter(nothing, "cuInit");
}

CUresult cuDriverGetVersion(int *version) {
	*version = CUDA_VERSION;
	return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
	return call(nothing, [&] {
		*count = 1;
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
	return call(nothing, [&] {
		if (device != 0)
			return CUDA_ERROR_INVALID_DEVICE;
		strncpy(name, "simulated device", size);
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) {
	return call(nothing, [&] {
		*bytes = world.control->capacity;
		return device == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
	});
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
	return call(nothing, [&] {
		if (device != 0)
			return CUDA_ERROR_INVALID_DEVICE;
		switch (attribute) {
		case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
			*value = compute() / 10;
			return CUDA_SUCCESS;
		case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
			*value = compute() % 10;
			return CUDA_SUCCESS;
		case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
			*value = multiprocessors;
			return CUDA_SUCCESS;
		case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH:
			*value = world.control->alone == 0;
			return CUDA_SUCCESS;
		case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
			*value = most_shared;
			return CUDA_SUCCESS;
		default:
			return CUDA_ERROR_NOT_SUPPORTED;
		}
	});
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
	return call(nothing, [&] {
		if (device != 0)
			return CUDA_ERROR_INVALID_DEVICE;
		if (world.broken)
			return world.broken;
		world.retained++;
		*context = (CUcontext)&world;
		return CUDA_SUCCESS;
	});
}

CUresult cuDevicePrimaryCtxRelease(CUdevice) {
	return call(nothing, [&] {
		if (world.retained == 0)
			return CUDA_ERROR_INVALID_CONTEXT;
		if (--world.retained > 0)
			return CUDA_SUCCESS;
		const CUresult result = drain();
		world.control->leaked += world.objects.size() + world.memory.size();
		reset();
		return result;
	});
}

CUresult cuCtxSetCurrent(CUcontext context) {
	return call(nothing, [&] {
		if (context != (CUcontext)&world)
			return CUDA_ERROR_INVALID_CONTEXT;
		contexts().assign(1, world.device);
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxPushCurrent(CUcontext context) {
	return call(nothing, [&] {
		if (context != (CUcontext)&world)
			return CUDA_ERROR_INVALID_CONTEXT;
		contexts().push_back(world.device);
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxPopCurrent(CUcontext *context) {
	return call(nothing, [&] {
		if (contexts().empty())
			return CUDA_ERROR_INVALID_CONTEXT;
		*context = (CUcontext)&world;
		contexts().pop_back();
		return CUDA_SUCCESS;
	});
}

CUresult cuGetErrorName(CUresult, const char **name) {
	*name = "CUDA_ERROR_SIMULATED";
	return CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult, const char **text) {
	*text = "an error that the simulated device was told to give";
	return CUDA_SUCCESS;
}
