// Modules, the kernels in them, and how many blocks of a kernel the device holds.

#include <string.h>

#include <algorithm>

#include "image.h"
#include "registry.h"
#include "world.h"

using namespace sim;

namespace {

// What a multiprocessor has, as for compute capability 9.0.
const size_t its_threads = 2048;
const size_t its_shared = 228 << 10;
const size_t taken_shared = 1 << 10;  // by the system, for each block

}  // namespace

std::map<std::string, Kernel> &sim::kernels(bool watched) {
	static std::map<std::string, Kernel> all[2];
	return all[watched];
}

size_t sim::resident(size_t threads, size_t shared) {
	return std::min(its_threads / threads, its_shared / (shared + taken_shared));
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
	return call(context, [&] {
		auto made = std::make_unique<Module>();
		if (const CUresult code = read_image(image, made->image))
			return code;
		*module = add<CUmodule>(std::move(made));
		return CUDA_SUCCESS;
	});
}

CUresult cuModuleUnload(CUmodule module) {
	return call(no_record, [&] {
		if (find<Module>(module) == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		const CUresult result = drain();
		world.objects.erase(module);
		return result;
	});
}

// The code that runs is the library's own, but the image has to have the kernel
// too.
CUresult cuModuleGetFunction(CUfunction *function, CUmodule handle, const char *name) {
	return call(context, [&] {
		Module *module = find<Module>(handle);
		if (module == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		const auto &all = kernels(world.control->watched);
		const auto kernel = all.find(name);
		const std::string entry = std::string(".entry ") + name + "(";
		if (kernel == all.end() || module->image.find(entry) == std::string::npos)
			return CUDA_ERROR_NOT_FOUND;
		Function &made = module->functions[name];
		made.kernel = &kernel->second;
		*function = (CUfunction)&made;
		return CUDA_SUCCESS;
	});
}

// with_function is the frame of calls that load a function, if that has been put off.
template <typename F>
static CUresult with_function(CUfunction handle, F body, const char *name = __builtin_FUNCTION()) {
	return call(no_record, [&] {
		Function *function = (Function *)handle;
		if (function == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		const CUresult result = body(*function);
		function->loaded = function->loaded || result == CUDA_SUCCESS;
		return result;
	}, name);
}

extern "C" __attribute__((visibility("default"))) CUresult cuFuncLoad(CUfunction function) {
	return with_function(function, [](Function &) { return world.control->no_func_load ? CUDA_ERROR_NOT_SUPPORTED : CUDA_SUCCESS; });
}

CUresult cuFuncGetAttribute(int *value, CUfunction_attribute, CUfunction function) {
	return with_function(function, [&](Function &) {
		*value = 0;
		return CUDA_SUCCESS;
	});
}

CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
	return with_function(function, [&](Function &f) {
		if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
			return CUDA_ERROR_NOT_SUPPORTED;
		if (value < 0 || value > most_shared)
			return CUDA_ERROR_INVALID_VALUE;
		f.shared = value;
		return CUDA_SUCCESS;
	});
}

// A block that no multiprocessor can hold is no error: the count is 0.
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int threads, size_t shared) {
	return with_function(function, [&](const Function &f) {
		if (threads <= 0 || threads > 1024)
			return CUDA_ERROR_INVALID_VALUE;
		*blocks = shared > f.shared ? 0 : resident(threads, shared);
		return CUDA_SUCCESS;
	});
}
