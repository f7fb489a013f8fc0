// Calls that allocate, copy and set memory.

#include <string.h>

#include "memory.h"
#include "world.h"

using namespace sim;

bool sim::spans(CUdeviceptr p, size_t n, size_t alignment) {
	auto it = world.memory.upper_bound(p);
	if (it == world.memory.begin())
		return false;
	--it;
	const size_t offset = p - it->first;
	return offset <= it->second && n <= it->second - offset && offset % alignment == 0;
}

CUresult cuMemGetInfo(size_t *free, size_t *total) {
	return call(context, [&] {
		*total = world.control->capacity;
		*free = *total - world.used;
		return CUDA_SUCCESS;
	});
}

CUresult cuMemAlloc(CUdeviceptr *p, size_t n) {
	return call(no_record, [&] {
		if (n == 0)
			return CUDA_ERROR_INVALID_VALUE;
		wait();
		if (n > world.control->capacity - world.used)
			return CUDA_ERROR_OUT_OF_MEMORY;
		*p = to_device(fence_alloc(n, alignment()));
		if (*p == 0)
			return CUDA_ERROR_OUT_OF_MEMORY;
		world.memory[*p] = n;
		world.used += n;
		return CUDA_SUCCESS;
	});
}

CUresult cuMemFree(CUdeviceptr p) {
	return call(no_record, [&] {
		const auto it = world.memory.find(p);
		if (it == world.memory.end())
			return CUDA_ERROR_INVALID_VALUE;
		const CUresult result = drain();
		const bool intact = fence_free(to_host((void *)p), it->second);
		world.used -= it->second;
		world.memory.erase(it);
		return result == CUDA_SUCCESS && !intact ? CUDA_ERROR_ILLEGAL_ADDRESS : result;
	});
}

// Copies read and write the host's memory only when the stream reaches them. As with
// memory that is not page-locked, the call itself may wait for the stream.

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t n, CUstream stream) {
	return call(no_record, [&] {
		if (!spans(to, n))
			return CUDA_ERROR_INVALID_VALUE;
		wait();
		return enqueue(stream, [=] {
			memcpy(to_host((void *)to), from, n);
			return CUDA_SUCCESS;
		});
	});
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t n, CUstream stream) {
	return call(no_record, [&] {
		if (!spans(from, n))
			return CUDA_ERROR_INVALID_VALUE;
		wait();
		return enqueue(stream, [=] {
			memcpy(to, to_host((const void *)from), n);
			return CUDA_SUCCESS;
		});
	});
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t n, CUstream stream) {
	return call(context, [&] {
		if (!spans(to, n))
			return CUDA_ERROR_INVALID_VALUE;
		return enqueue(stream, [=] {
			memset(to_host((void *)to), value, n);
			return CUDA_SUCCESS;
		});
	});
}
