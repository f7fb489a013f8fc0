// What cuBLASLt uses of cuBLAS.

#ifndef SIM_BLAS_H
#define SIM_BLAS_H

#include "world.h"

namespace sim {

// status turns an error of the driver into one of cuBLAS.
cublasStatus_t status(CUresult code);

// A Product is C = A·B with A (m, k), B (k, n) and C (m, n), all column-major, with
// columns that start lda, ldb and ldc elements apart.
struct Product {
	int m, n, k;
	const float *a;
	int lda;
	const float *b;
	int ldb;
	float *c;
	int ldc;
};

// multiply computes the product.
void multiply(const Product &p, cublasComputeType_t compute);

}  // namespace sim

#endif
