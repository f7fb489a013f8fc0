/* cuda.h for gorgonia.org/cu under CUDA 13, which points seven names at newer
   functions with other parameters. This file points them back. It does nothing
   under older CUDA. Put its folder first:

       CGO_CFLAGS="-I$PWD/gpu/driver/compat -I/usr/local/cuda/include"
*/
#include_next <cuda.h>

#if CUDA_VERSION >= 13000 && !defined(MNISTGPU_COMPAT_CUDA_H)
#define MNISTGPU_COMPAT_CUDA_H

#undef cuCtxCreate
#undef cuDeviceGetUuid
#undef cuEventElapsedTime
#undef cuGraphAddDependencies
#undef cuGraphGetEdges
#undef cuMemAdvise
#undef cuMemPrefetchAsync
#define cuCtxCreate cuCtxCreate_v2

#ifdef __cplusplus
extern "C" {
#endif
CUresult CUDAAPI cuCtxCreate(CUcontext *context, unsigned flags, CUdevice device);
CUresult CUDAAPI cuDeviceGetUuid(CUuuid *uuid, CUdevice device);
CUresult CUDAAPI cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end);
CUresult CUDAAPI cuGraphAddDependencies(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to, size_t n);
CUresult CUDAAPI cuGraphGetEdges(CUgraph graph, CUgraphNode *from, CUgraphNode *to, size_t *n);
CUresult CUDAAPI cuMemAdvise(CUdeviceptr p, size_t n, CUmem_advise advice, CUdevice device);
CUresult CUDAAPI cuMemPrefetchAsync(CUdeviceptr p, size_t n, CUdevice device, CUstream stream);
#ifdef __cplusplus
}
#endif
#endif
