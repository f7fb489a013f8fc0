// cuBLASLt: products with bias and ReLU in their epilogue. Matrices are column-major.

#include <string.h>

#include <algorithm>

#include "blas.h"

using namespace sim;

namespace {

struct Lt : Object {
	std::set<std::vector<uint64_t>> loaded;  // algorithms that ran
};

struct Operation : Object {
	cublasComputeType_t compute;
	cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
	const float *bias = nullptr;
};

struct Layout : Object {
	cudaDataType type;
	int rows, cols, ld;
};

struct Preference : Object {
	size_t workspace = 0;
};

const size_t wanted_workspace = 1 << 20;

// lacks reports whether the tests want there to be no cuBLASLt.
bool lacks() { return world.control->epilogues == missing; }

// algorithm returns what the heuristic chooses: the operation and the sizes it is for.
std::vector<uint64_t> algorithm(const Operation &o, const Layout &a, const Layout &b, size_t workspace) {
	return {0x51a1, (uint64_t)o.compute, (uint64_t)o.epilogue, (uint64_t)a.rows, (uint64_t)b.cols, (uint64_t)a.cols, workspace, 0};
}

// agree reports whether the sizes and types of D = A·B match.
bool agree(const Layout &a, const Layout &b, const Layout &d) {
	const auto whole = [](const Layout &l) { return l.type == CUDA_R_32F && l.rows > 0 && l.cols > 0 && l.ld >= l.rows; };
	return whole(a) && whole(b) && whole(d) && a.rows == d.rows && b.cols == d.cols && a.cols == b.rows;
}

// aligned reports whether p is at a multiple of n bytes in the device's memory.
bool aligned(const void *p, size_t n) { return spans((CUdeviceptr)p, 1, n); }

// finish applies the epilogue to a column. The tests choose what ReLU makes of NaN.
void finish(float *column, const Operation &o, int rows) {
	const bool zero = world.control->epilogues == zero_nan;
	for (int i = 0; i < rows; i++) {
		float &v = column[i];
		v += to_host(o.bias)[i];
		if (o.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS && (v < 0 || (zero && v != v)))
			v = 0;
	}
}

template <typename Handle, typename T>
cublasStatus_t create(Handle *handle, std::unique_ptr<T> object, const char *name = __builtin_FUNCTION()) {
	return status(call(nothing, [&] {
		*handle = add<Handle>(std::move(object));
		return CUDA_SUCCESS;
	}, name));
}

template <typename T>
cublasStatus_t destroy(void *handle, const char *name = __builtin_FUNCTION()) {
	return status(call(nothing, [&] {
		if (find<T>(handle) == nullptr)
			return CUDA_ERROR_INVALID_VALUE;
		world.objects.erase(handle);
		return CUDA_SUCCESS;
	}, name));
}

// set stores an attribute, which must have the right size.
template <typename T>
CUresult set(T &to, const void *from, size_t size) {
	if (size != sizeof to)
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(&to, from, size);
	return CUDA_SUCCESS;
}

}  // namespace

cublasStatus_t cublasLtGetProperty(libraryPropertyType type, int *value) {
	return lacks() ? CUBLAS_STATUS_NOT_SUPPORTED : cublasGetProperty(type, value);
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle) {
	if (lacks())
		return CUBLAS_STATUS_NOT_SUPPORTED;
	return status(call(no_record, [&] {
		*handle = add<cublasLtHandle_t>(std::make_unique<Lt>());
		return CUDA_SUCCESS;
	}));
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) { return destroy<Lt>(handle); }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *handle, cublasComputeType_t compute, cudaDataType) {
	auto made = std::make_unique<Operation>();
	made->compute = compute;
	return create(handle, std::move(made));
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t handle) { return destroy<Operation>(handle); }

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t handle, cublasLtMatmulDescAttributes_t attribute,
                                              const void *value, size_t size) {
	return status(call(nothing, [&] {
		Operation *o = find<Operation>(handle);
		if (o == nullptr)
			return CUDA_ERROR_INVALID_VALUE;
		switch (attribute) {
		case CUBLASLT_MATMUL_DESC_EPILOGUE:
			return set(o->epilogue, value, size);
		case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
			return set(o->bias, value, size);
		default:
			return CUDA_ERROR_INVALID_VALUE;
		}
	}));
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *handle, cudaDataType type, uint64_t rows, uint64_t cols,
                                          int64_t ld) {
	auto made = std::make_unique<Layout>();
	made->type = type;
	made->rows = rows;
	made->cols = cols;
	made->ld = ld;
	return create(handle, std::move(made));
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t handle) { return destroy<Layout>(handle); }

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *handle) {
	return create(handle, std::make_unique<Preference>());
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t handle) { return destroy<Preference>(handle); }

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t handle,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void *value,
                                                    size_t size) {
	return status(call(nothing, [&] {
		Preference *p = find<Preference>(handle);
		if (p == nullptr || attribute != CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
			return CUDA_ERROR_INVALID_VALUE;
		return set(p->workspace, value, size);
	}));
}

// The heuristic depends on the address of the bias, so it needs one.
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t lt, cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t ad,
                                              cublasLtMatrixLayout_t bd, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t dd,
                                              cublasLtMatmulPreference_t preference, int, cublasLtMatmulHeuristicResult_t *result,
                                              int *count) {
	*count = 0;
	if (world.control->epilogues == none)
		return CUBLAS_STATUS_NOT_SUPPORTED;
	return status(call(nothing, [&] {
		const Operation *o = find<Operation>(desc);
		const Layout *a = find<Layout>(ad), *b = find<Layout>(bd), *d = find<Layout>(dd);
		const Preference *p = find<Preference>(preference);
		if (!find<Lt>(lt) || !o || !a || !b || !d || !p || !agree(*a, *b, *d) || !aligned(o->bias, 16))
			return CUDA_ERROR_INVALID_VALUE;
		result->workspaceSize = std::min(p->workspace, wanted_workspace);
		result->state = world.control->epilogues == invalid ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
		const std::vector<uint64_t> chosen = algorithm(*o, *a, *b, result->workspaceSize);
		std::copy(chosen.begin(), chosen.end(), result->algo.data);
		*count = 1;
		return CUDA_SUCCESS;
	}));
}

// cublasLtMatmul fails, as cuBLAS does, in a recording if the algorithm is new. It
// leaves nothing usable in the workspace.
cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void *alpha, const void *a,
                              cublasLtMatrixLayout_t ad, const void *b, cublasLtMatrixLayout_t bd, const void *beta,
                              const void *c, cublasLtMatrixLayout_t cd, void *d, cublasLtMatrixLayout_t dd,
                              const cublasLtMatmulAlgo_t *algo, void *workspace, size_t size, cudaStream_t stream) {
	return status(call(context, [&] {
		Lt *lt = find<Lt>(handle);
		const Operation *o = find<Operation>(desc);
		const Layout *la = find<Layout>(ad), *lb = find<Layout>(bd), *ld = find<Layout>(dd);
		if (!lt || !o || !la || !lb || !ld || cd != dd || c != d || !agree(*la, *lb, *ld) || algo == nullptr ||
		    *(const float *)alpha != 1 || *(const float *)beta != 0)
			return CUDA_ERROR_INVALID_VALUE;
		const std::vector<uint64_t> given(algo->data, algo->data + 8);
		if (given != algorithm(*o, *la, *lb, given[6]) || size < given[6])
			return CUDA_ERROR_INVALID_VALUE;
		if (!aligned(a, 256) || !aligned(b, 256) || !aligned(d, 256) || !aligned(workspace, 256) || !aligned(o->bias, 16))
			return CUDA_ERROR_INVALID_VALUE;
		if (lt->loaded.insert(given).second && world.recorder != nullptr)
			return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
		const Product product = {la->rows, lb->cols, la->cols, to_host((const float *)a), la->ld, to_host((const float *)b), lb->ld, to_host((float *)d), ld->ld};
		return enqueue((CUstream)stream, [product, operation = *o, workspace, n = given[6]] {
			memset(to_host(workspace), 0xff, n);
			multiply(product, operation.compute);
			for (int j = 0; j < product.n; j++)
				finish(product.c + (size_t)j * product.ldc, operation, product.m);
			return CUDA_SUCCESS;
		});
	}));
}
