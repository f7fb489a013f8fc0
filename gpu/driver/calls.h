#include <cuda.h>
#include <stdint.h>

#define DRIVER_MAX_ARGS 32

typedef struct {
	unsigned x, y, z;
} driver_dim;

/* Headers older than those of CUDA 12.4 do not declare it. */
CUresult cuFuncLoad(CUfunction function);

/* driver_launch is cuLaunchKernel or, if cooperative is not 0, cuLaunchCooperativeKernel,
   with the arguments themselves, eight bytes each, in place of pointers to them. */
static inline CUresult driver_launch(CUfunction f, int cooperative, driver_dim grid, driver_dim block, unsigned shared,
                                     CUstream stream, const uint64_t *args, int n) {
	void *pointers[DRIVER_MAX_ARGS];
	for (int i = 0; i < n; i++)
		pointers[i] = (void *)&args[i];
	if (cooperative)
		return cuLaunchCooperativeKernel(f, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared, stream, pointers);
	return cuLaunchKernel(f, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared, stream, pointers, NULL);
}
