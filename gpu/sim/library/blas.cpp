// cuBLAS: the functions that the trainer calls. Matrices are column-major.

#include <math.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "blas.h"

using namespace sim;

namespace {

// A Read returns element i of a factor, rounded as for the product.
using Read = float (*)(const void *factor, size_t i);

float fp32(const void *factor, size_t i) { return ((const float *)factor)[i]; }

// round_bits rounds v to the nearest float32 whose last `bits` bits are zero, ties to
// even.
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

float tf32(const void *factor, size_t i) { return round_bits(fp32(factor, i), 13); }
float bf16(const void *factor, size_t i) { return round_bits(fp32(factor, i), 16); }

// fp16 reads a number of 1 sign bit, 5 exponent bits and 10 fraction bits. Its unit is
// 2^-24 up to exponent 1 and doubles with each further exponent; the last exponent is
// for values that are not finite.
float fp16(const void *factor, size_t i) {
	const uint16_t bits = ((const uint16_t *)factor)[i];
	const int exponent = bits >> 10 & 31, fraction = bits & 1023;
	float v = exponent == 0 ? ldexpf(fraction, -24) : ldexpf(fraction + 1024, exponent - 25);
	if (exponent == 31)
		v = fraction == 0 ? INFINITY : NAN;
	return bits >> 15 ? -v : v;
}

// reader returns how factors of that type are read for that computation.
Read reader(cudaDataType type, cublasComputeType_t compute) {
	return type == CUDA_R_16F                         ? fp16
	       : compute == CUBLAS_COMPUTE_32F_FAST_TF32 ? tf32
	       : compute == CUBLAS_COMPUTE_32F_FAST_16BF ? bf16
	                                                 : fp32;
}

const size_t workspace_alignment = 256;

struct Gemm {
	bool trans_a, trans_b;
	int m, n, k;
	const float *alpha;
	const void *a;
	int lda;
	const void *b;
	int ldb;
	const float *beta;
	float *c;
	int ldc;
	Read read;
};

// pack returns op(A) as (rows, cols) without gaps.
std::vector<float> pack(const void *a, int lda, bool trans, int rows, int cols, Read read) {
	std::vector<float> packed((size_t)rows * cols);
	for (int j = 0; j < cols; j++)
		for (int i = 0; i < rows; i++)
			packed[(size_t)j * rows + i] = read(a, trans ? (size_t)i * lda + j : (size_t)j * lda + i);
	return packed;
}

// flip inverts the bit of the result that the tests want to be wrong.
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

// cut returns v rounded towards zero to a float32.
float cut(double v) {
	const float f = (float)v;
	return f - f == 0 && fabs((double)f) > fabs(v) ? nextafterf(f, 0) : f;
}

// add adds the products of up to 16 columns of a and their factors to sums. Tensor
// cores add up 16 products of float16 at a time, and truncate the sum.
void add(std::vector<float> &sums, const float *a, const float *factors, int count) {
	const size_t m = sums.size();
	for (size_t i = 0; i < m; i++) {
		double sum = sums[i];
		for (int l = 0; l < count; l++)
			sum += (double)a[l * m + i] * factors[l];
		sums[i] = cut(sum);
	}
}

// multiply adds up each sum in float32 in the order of the index: products of float16
// as tensor cores do, all others one by one.
CUresult multiply(const Gemm &g, float alpha, float beta) {
	const std::vector<float> a = pack(g.a, g.lda, g.trans_a, g.m, g.k, g.read);
	const std::vector<float> b = pack(g.b, g.ldb, g.trans_b, g.k, g.n, g.read);
	std::vector<float> sums(g.m);
	for (int j = 0; j < g.n; j++) {
		std::fill(sums.begin(), sums.end(), 0.0f);
		const float *factors = &b[(size_t)j * g.k];
		for (int l = 0; l < g.k && g.read == fp16; l += 16)
			add(sums, &a[(size_t)l * g.m], factors + l, std::min(16, g.k - l));
		for (int l = 0; l < g.k && g.read != fp16; l++) {
			const float *column = &a[(size_t)l * g.m];
			for (int i = 0; i < g.m; i++)
				sums[i] += column[i] * factors[l];
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

// alignment_of returns the largest power of two that divides p, at most 256.
int alignment_of(const void *p) { return std::min<uintptr_t>((uintptr_t)p & -(uintptr_t)p, 256); }

// enqueue_gemm fails in a recording if the shape or an alignment is new or if the host has supplied no
// workspace: cuBLAS may then load a kernel or allocate memory, which a recording may not
// allow. A product leaves nothing usable at the start of the workspace.
cublasStatus_t enqueue_gemm(cublasHandle_t handle, Gemm g) {
	return with_handle(handle, [&](Blas &blas) {
		if (!fits(g))
			return CUDA_ERROR_INVALID_VALUE;
		if (blas.rounds && g.read == fp32)
			g.read = tf32;
		if (blas.workspace == nullptr && world.recorder != nullptr)
			return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
		const std::vector<int> kind = {g.read == fp16, g.trans_a, g.trans_b, g.m, g.n, g.k, alignment_of(g.a), alignment_of(g.b), alignment_of(g.c)};
		const bool first = blas.loaded.insert(kind).second;
		if (first && world.recorder != nullptr)
			return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
		g.a = to_host(g.a), g.b = to_host(g.b), g.c = to_host(g.c);
		const auto product = [g, workspace = to_host(blas.workspace)](float alpha, float beta) {
			if (workspace)
				memset(workspace, 0xff, workspace_alignment);
			return multiply(g, alpha, beta);
		};
		if (blas.scalars_on_device)
			return enqueue(blas.stream, [product, g] { return product(*to_host(g.alpha), *to_host(g.beta)); });
		return enqueue(blas.stream, [product, alpha = *g.alpha, beta = *g.beta] { return product(alpha, beta); });
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
	const Gemm g = {false, false, p.m, p.n, p.k, nullptr, p.a, p.lda, p.b, p.ldb, nullptr, p.c, p.ldc, reader(CUDA_R_32F, compute)};
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

// As in cuBLAS, another stream takes the host's workspace away.
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
	return with_handle(handle, [&](Blas &blas) {
		blas.stream = (CUstream)stream;
		blas.workspace = nullptr;
		return CUDA_SUCCESS;
	});
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void *workspace, size_t size) {
	return with_handle(handle, [&](Blas &blas) {
		if (size < workspace_alignment || !spans((CUdeviceptr)workspace, size, workspace_alignment))
			return CUDA_ERROR_INVALID_VALUE;
		blas.workspace = workspace;
		return CUDA_SUCCESS;
	});
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
	return with_handle(handle, [&](Blas &blas) {
		blas.rounds = mode == CUBLAS_TF32_TENSOR_OP_MATH;
		return CUDA_SUCCESS;
	});
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
	return enqueue_gemm(handle, {ta != CUBLAS_OP_N, tb != CUBLAS_OP_N, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, fp32});
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                            const void *alpha, const void *a, cudaDataType at, int lda, const void *b, cudaDataType bt,
                            int ldb, const void *beta, void *c, cudaDataType ct, int ldc, cublasComputeType_t compute,
                            cublasGemmAlgo_t) {
	const bool halves = at == CUDA_R_16F;
	if (at != bt || (at != CUDA_R_32F && !halves) || ct != CUDA_R_32F || (halves && compute != CUBLAS_COMPUTE_32F))
		return CUBLAS_STATUS_NOT_SUPPORTED;
	return enqueue_gemm(handle, {ta != CUBLAS_OP_N, tb != CUBLAS_OP_N, m, n, k, (const float *)alpha, a, lda, b, ldb,
	                             (const float *)beta, (float *)c, ldc, reader(at, compute)});
}
