// cuBLAS: what the trainer calls of it. Matrices are column-major.

#include <string.h>

#include <algorithm>
#include <vector>

#include "blas.h"

using namespace sim;

namespace {

// How a factor is rounded before it is multiplied.
using Round = float (*)(float);

float keep(float v) { return v; }

// round_bits rounds v to the nearest float32 whose last `bits` bits are zero,
// to even if two are as near.
float round_bits(float v, int bits) {
	if (v != v)
		return v;
	uint32_t u;
	memcpy(&u, &v, sizeof u);
	const uint32_t half = (1u << (bits - 1)) - 1 + (u >> bits & 1);
	u = (u + half) >> bits << bits;
	memcpy(&v, &u, sizeof v);
	return v;
}

float to_tf32(float v) { return round_bits(v, 13); }
float to_bf16(float v) { return round_bits(v, 16); }

Round rounding(cublasComputeType_t compute) {
	return compute == CUBLAS_COMPUTE_32F_FAST_TF32   ? to_tf32
	       : compute == CUBLAS_COMPUTE_32F_FAST_16BF ? to_bf16
	                                                 : keep;
}

struct Gemm {
	bool trans_a, trans_b;
	int m, n, k;
	const float *alpha;
	const float *a;
	int lda;
	const float *b;
	int ldb;
	const float *beta;
	float *c;
	int ldc;
	Round round;
};

// pack returns op(A), rounded, as (rows, cols) without gaps.
std::vector<float> pack(const float *a, int lda, bool trans, int rows, int cols, Round round) {
	std::vector<float> packed((size_t)rows * cols);
	for (int j = 0; j < cols; j++)
		for (int i = 0; i < rows; i++)
			packed[(size_t)j * rows + i] = round(trans ? a[(size_t)i * lda + j] : a[(size_t)j * lda + i]);
	return packed;
}

// flip turns over the bit of the result that the tests want to be wrong.
void flip(const Gemm &g) {
	Control &c = *world.control;
	c.products++;
	if (c.flip_product == 0 || c.products < c.flip_product || (c.products > c.flip_product && !c.flip_always))
		return;
	const size_t i = c.flip_element % ((size_t)g.m * g.n);
	float *element = &g.c[i / g.m * g.ldc + i % g.m];
	uint32_t u;
	memcpy(&u, element, sizeof u);
	u ^= 1u << c.flip_bit;
	memcpy(element, &u, sizeof u);
}

// multiply adds up each sum in float32 in the order of the index.
CUresult multiply(const Gemm &g, float alpha, float beta) {
	const std::vector<float> a = pack(g.a, g.lda, g.trans_a, g.m, g.k, g.round);
	const std::vector<float> b = pack(g.b, g.ldb, g.trans_b, g.k, g.n, g.round);
	std::vector<float> sums(g.m);
	for (int j = 0; j < g.n; j++) {
		std::fill(sums.begin(), sums.end(), 0.0f);
		for (int l = 0; l < g.k; l++) {
			const float factor = b[(size_t)j * g.k + l];
			const float *column = &a[(size_t)l * g.m];
			for (int i = 0; i < g.m; i++)
				sums[i] += column[i] * factor;
		}
		float *c = g.c + (size_t)j * g.ldc;
		for (int i = 0; i < g.m; i++)
			c[i] = beta == 0 ? alpha * sums[i] : alpha * sums[i] + beta * c[i];
	}
	flip(g);
	return CUDA_SUCCESS;
}

// with_handle is the frame of all functions that take a handle.
template <typename F>
cublasStatus_t with_handle(cublasHandle_t handle, F body, const char *name = __builtin_FUNCTION()) {
	const auto found = [&]() -> CUresult {
		Blas *blas = find<Blas>(handle);
		return blas ? body(*blas) : CUDA_ERROR_INVALID_HANDLE;
	};
	return status(call(context, found, name));
}

bool fits(const Gemm &g) {
	const int rows_a = g.trans_a ? g.k : g.m;
	const int rows_b = g.trans_b ? g.n : g.k;
	return g.m >= 0 && g.n >= 0 && g.k >= 0 && g.lda >= std::max(1, rows_a) && g.ldb >= std::max(1, rows_b) &&
	       g.ldc >= std::max(1, g.m);
}

// enqueue_gemm fails in a recording that meets a shape for the first time: that
// is when cuBLAS may load a kernel, which a recording may not allow.
cublasStatus_t enqueue_gemm(cublasHandle_t handle, const Gemm &g) {
	return with_handle(handle, [&](Blas &blas) {
		if (!fits(g))
			return CUDA_ERROR_INVALID_VALUE;
		const bool first = blas.loaded.insert({g.trans_a, g.trans_b, g.m, g.n, g.k}).second;
		if (first && world.recorder != nullptr)
			return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
		if (blas.scalars_on_device)
			return enqueue(blas.stream, [g] { return multiply(g, *g.alpha, *g.beta); });
		return enqueue(blas.stream, [g, alpha = *g.alpha, beta = *g.beta] { return multiply(g, alpha, beta); });
	});
}

}  // namespace

cublasStatus_t sim::status(CUresult code) {
	switch (code) {
	case CUDA_SUCCESS:
		return CUBLAS_STATUS_SUCCESS;
	case CUDA_ERROR_INVALID_VALUE:
		return CUBLAS_STATUS_INVALID_VALUE;
	case CUDA_ERROR_OUT_OF_MEMORY:
		return CUBLAS_STATUS_ALLOC_FAILED;
	case CUDA_ERROR_DEVICE_UNAVAILABLE:
	case CUDA_ERROR_INVALID_CONTEXT:
	case CUDA_ERROR_INVALID_HANDLE:
		return CUBLAS_STATUS_NOT_INITIALIZED;
	default:
		return CUBLAS_STATUS_EXECUTION_FAILED;
	}
}

void sim::multiply(const Product &p, cublasComputeType_t compute) {
	const Gemm g = {false, false, p.m, p.n, p.k, nullptr, p.a, p.lda, p.b, p.ldb, nullptr, p.c, p.ldc, rounding(compute)};
	::multiply(g, 1, 0);
}

cublasStatus_t cublasCreate(cublasHandle_t *handle) {
	return status(call(no_record, [&] {
		*handle = add<cublasHandle_t>(std::make_unique<Blas>());
		return CUDA_SUCCESS;
	}));
}

cublasStatus_t cublasDestroy(cublasHandle_t handle) {
	return with_handle(handle, [&](Blas &) {
		world.objects.erase(handle);
		return CUDA_SUCCESS;
	});
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
	return with_handle(handle, [&](Blas &blas) {
		blas.stream = (CUstream)stream;
		return CUDA_SUCCESS;
	});
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void *, size_t) {
	return with_handle(handle, [](Blas &) { return CUDA_SUCCESS; });
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t) {
	return with_handle(handle, [](Blas &) { return CUDA_SUCCESS; });
}

cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
	return with_handle(handle, [&](Blas &blas) {
		blas.scalars_on_device = mode == CUBLAS_POINTER_MODE_DEVICE;
		return CUDA_SUCCESS;
	});
}

cublasStatus_t cublasGetProperty(libraryPropertyType property, int *value) {
	const int version[] = {CUBLAS_VER_MAJOR, CUBLAS_VER_MINOR, CUBLAS_VER_PATCH};
	*value = version[property];
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                           const float *alpha, const float *a, int lda, const float *b, int ldb, const float *beta,
                           float *c, int ldc) {
	return enqueue_gemm(handle, {ta != CUBLAS_OP_N, tb != CUBLAS_OP_N, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, keep});
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                            const void *alpha, const void *a, cudaDataType at, int lda, const void *b, cudaDataType bt,
                            int ldb, const void *beta, void *c, cudaDataType ct, int ldc, cublasComputeType_t compute,
                            cublasGemmAlgo_t) {
	if (at != CUDA_R_32F || bt != CUDA_R_32F || ct != CUDA_R_32F)
		return CUBLAS_STATUS_NOT_SUPPORTED;
	return enqueue_gemm(handle, {ta != CUBLAS_OP_N, tb != CUBLAS_OP_N, m, n, k, (const float *)alpha,
	                             (const float *)a, lda, (const float *)b, ldb, (const float *)beta, (float *)c, ldc, rounding(compute)});
}
