// Launches of kernels, block after block or, if cooperative, all blocks together.

#include <string.h>

#include "block.h"
#include "memory.h"
#include "races.h"
#include "world.h"

using namespace sim;

namespace {

struct Grid {
	Dim grid, block;
	size_t shared;
	bool cooperative;  // all blocks are there at the same time
	std::function<void()> thread;
};

// places lists the blocks from the first to the last, or from the last to the first.
std::vector<Place> places(const Dim &grid, bool falling) {
	const size_t n = (size_t)grid.x * grid.y * grid.z;
	std::vector<Place> list(n);
	for (size_t i = 0; i < n; i++) {
		const unsigned rank = falling ? n - 1 - i : i;
		list[i].index = {rank % grid.x, rank / grid.x % grid.y, rank / grid.x / grid.y};
	}
	return list;
}

// The static shared memory of all kernels. The linker script shared.ld defines them.
extern "C" char static_shared_start[], static_shared_end[];

// run_grid runs the blocks in rising order, then for the next launch in falling order,
// and their threads likewise. A kernel may rely on neither. Each block has dynamic
// shared memory; if its size is 0, using it is a fault. All bits of shared memory are
// set at first.
CUresult run_grid(const Grid &launch) {
	static bool falling;
	falling = !falling;
	grid_size = launch.grid;
	block_size = launch.block;
	const std::vector<Place> all = places(launch.grid, falling);
	const size_t size = launch.cooperative ? all.size() : 1;
	std::vector<void *> rooms(launch.shared > 0 ? size : 0);
	for (void *&room : rooms)
		room = fence_alloc(launch.shared, alignment());
	watch(world.control->watched, all.size() * launch.block.x * launch.block.y * launch.block.z);
	watch_shared(static_shared_start, static_shared_end - static_shared_start);
	for (void *room : rooms)
		watch_shared(room, launch.shared);
	bool done = true;
	for (size_t first = 0; first < all.size() && done; first += size) {
		memset(static_shared_start, 0xff, static_shared_end - static_shared_start);
		forget_shared();
		std::vector<Place> some(all.begin() + first, all.begin() + first + size);
		for (size_t i = 0; i < rooms.size(); i++)
			some[i].shared = memset(rooms[i], 0xff, launch.shared);
		done = run_blocks(some, launch.thread, falling);
	}
	for (void *room : rooms)
		fence_free(room, launch.shared);
	return !done ? CUDA_ERROR_LAUNCH_TIMEOUT : raced() ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

// fits reports whether a GPU could run the launch.
bool fits(const Grid &l, const Function &f) {
	const size_t threads = (size_t)l.block.x * l.block.y * l.block.z;
	return threads > 0 && threads <= 1024 && l.block.z <= 64 && l.grid.x > 0 && l.grid.x <= 0x7fffffff &&
	       l.grid.y > 0 && l.grid.y <= 65535 && l.grid.z > 0 && l.grid.z <= 65535 && l.shared <= f.shared;
}

CUresult launch(Grid grid, CUfunction handle, CUstream stream, void **params) {
	Function *function = (Function *)handle;
	if (function == nullptr)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!fits(grid, *function))
		return CUDA_ERROR_INVALID_VALUE;
	const size_t threads = grid.block.x * grid.block.y * grid.block.z, blocks = grid.grid.x * grid.grid.y * grid.grid.z;
	if (grid.cooperative && blocks > multiprocessors * resident(threads, grid.shared))
		return CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE;
	if (world.control->watched && threads * blocks > most_watched)
		return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
	if (!function->loaded && world.recorder != nullptr) {
		world.recorder->spoilt = true;
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	}
	function->loaded = true;
	grid.thread = (*function->kernel)(params);
	return enqueue(stream, [grid] { return run_grid(grid); });
}

}  // namespace

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                        unsigned block_y, unsigned block_z, unsigned shared, CUstream stream, void **params, void **) {
	return call(context, [&] {
		return launch({{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared, false, {}}, function, stream, params);
	});
}

// A driver of CUDA 11.0 cannot record a cooperative launch, so this one cannot either.
CUresult cuLaunchCooperativeKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                                   CUstream stream, void **params) {
	return call(no_record, [&] {
		return launch({{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared, true, {}}, function, stream, params);
	});
}
