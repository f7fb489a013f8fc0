// Modules and the kernels that are launched from them.

#include <string.h>

#include "block.h"
#include "image.h"
#include "memory.h"
#include "registry.h"
#include "world.h"

using namespace sim;

namespace {

struct Grid {
	Dim grid, block;
	size_t shared;
	std::function<void()> thread;
};

// run_grid runs the blocks one after the other: in rising order, then for the
// next launch in falling order, and their threads likewise. A kernel may count
// on neither.
CUresult run_grid(const Grid &launch) {
	static bool falling;
	falling = !falling;
	grid_size = launch.grid;
	block_size = launch.block;
	const size_t n = (size_t)grid_size.x * grid_size.y * grid_size.z;
	for (size_t i = 0; i < n; i++) {
		const size_t rank = falling ? n - 1 - i : i;
		block_index.x = rank % grid_size.x;
		block_index.y = rank / grid_size.x % grid_size.y;
		block_index.z = rank / grid_size.x / grid_size.y;
		if (launch.shared > 0)
			memset(dynamic_shared, 0xff, launch.shared);
		if (!run_block(launch.thread, falling))
			return CUDA_ERROR_LAUNCH_TIMEOUT;
	}
	return CUDA_SUCCESS;
}

// run gives the blocks their dynamic shared memory. Without any, use of it is a
// fault.
CUresult run(const Grid &launch) {
	dynamic_shared = nullptr;
	if (launch.shared == 0)
		return run_grid(launch);
	dynamic_shared = fence_alloc(launch.shared);
	const CUresult result = run_grid(launch);
	fence_free(dynamic_shared, launch.shared);
	return result;
}

// fits tells whether a GPU could run the launch.
bool fits(const Grid &l) {
	const size_t threads = (size_t)l.block.x * l.block.y * l.block.z;
	return threads > 0 && threads <= 1024 && l.block.z <= 64 && l.grid.x > 0 && l.grid.x <= 0x7fffffff &&
	       l.grid.y > 0 && l.grid.y <= 65535 && l.grid.z > 0 && l.grid.z <= 65535 && l.shared <= 48 << 10;
}

}  // namespace

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
		const Module *module = find<Module>(handle);
		if (module == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		const auto kernel = kernels().find(name);
		const std::string entry = std::string(".entry ") + name + "(";
		if (kernel == kernels().end() || module->image.find(entry) == std::string::npos)
			return CUDA_ERROR_NOT_FOUND;
		*function = (CUfunction)&kernel->second;
		return CUDA_SUCCESS;
	});
}

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                        unsigned block_y, unsigned block_z, unsigned shared, CUstream stream, void **params, void **) {
	return call(context, [&] {
		if (function == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		Grid launch = {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared, {}};
		if (!fits(launch))
			return CUDA_ERROR_INVALID_VALUE;
		launch.thread = (*(const Kernel *)function)(params);
		return enqueue(stream, [launch] { return run(launch); });
	});
}
