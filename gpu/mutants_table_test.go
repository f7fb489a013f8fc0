//go:build cuda && linux

package gpu

// A mutant is a bug in one statement of a file. A test must fail with it.
type mutant struct {
	name, file    string
	before, after string // the statement without and with the bug
	test          string
}

// mutants are bugs that break on a GPU, each for a reason of its own.
var mutants = []mutant{
	// The order of accesses to memory.
	{"no fence before a block arrives", "kernels/grid.cuh",
		"__threadfence();\n\t\tatomicAdd(&gate->arrived, 1u);",
		"atomicAdd(&gate->arrived, 1u);", "TestWatched"},
	{"a plain read where blocks wait", "kernels/grid.cuh", spin,
		"while (gate->arrived < times * gridDim.x) __nanosleep(20); __threadfence();", "TestWatched"},
	{"no fence after blocks have waited", "kernels/grid.cuh", spin,
		"while (*(volatile unsigned *)&gate->arrived < times * gridDim.x) __nanosleep(20);", "TestWatched"},
	{"no fence before the gate is reset", "kernels/grid.cuh",
		"__threadfence(); // the others have read arrived for the last time before this", "", "TestWatched"},
	{"no fence before a block has finished", "kernels/common.cuh",
		"__threadfence();\n\t__syncthreads();", "__syncthreads();", "TestWatched"},
	{"no fence in the last block to finish", "kernels/common.cuh",
		"__syncthreads();\n\t__threadfence();\n", "__syncthreads();", "TestWatched"},
	{"no barrier of the warp that reads logits", "kernels/two_layer_forward.cuh", "__syncwarp();", "", "TestWatched"},

	// Barriers.
	{"no barrier in a tree of sums", "kernels/bias.cu",
		"__syncthreads();\n\t\tif (threadIdx.y < half)\n" + lanes, "if (threadIdx.y < half)\n" + lanes, "TestWatched"},
	{"no barrier before a reduction ends", "kernels/common.cuh",
		"__syncthreads();\n\tv = values[0];", "v = values[0];", "TestWatched"},
	{"no barrier after a row's gradient", "kernels/classifier.cu",
		"__syncthreads();\n\t" + gradient, gradient, "TestWatched"},
	{"no barrier before the weights are updated", "kernels/two_layer.cu",
		tally + "\n\t\t__syncthreads();", tally, "TestWatched"},
	{"a barrier for some threads", "kernels/classifier.cu",
		"__syncthreads();\n\t\tif (threadIdx.y < half)\n" + lanes,
		"if (threadIdx.y < half) {\n\t\t\t__syncthreads();\n" + lanes + "\n}", "TestWatched"},
	{"blocks wait for too few arrivals", "kernels/two_layer.cu",
		"pass(gate, 2 * i + 2);", "pass(gate, 2 * i + 1);", "TestWatched"},

	// Collectives of a warp.
	{"a mask of half a warp", "kernels/common.cuh",
		"v += __shfl_xor_sync(all_lanes, v, lanes);", "v += __shfl_xor_sync(0xffffu, v, lanes);", "TestWatched"},
	{"a shuffle of some lanes", "kernels/two_layer_forward.cuh",
		"sum += __shfl_xor_sync(all_lanes, sum, max_classes);",
		"if (c < classes) sum += __shfl_xor_sync(all_lanes, sum, max_classes);", "TestWatched"},

	// Where accesses go.
	{"vectors in rows that are not aligned", "kernels/rows.cu", "if (cols % 4 != 0) {" + scalars + "\n\t}",
		"if (cols % 2 != 0) {" + scalars + "\n\t} else if (cols % 4 != 0 && threadIdx.x == 0) {" +
			"x[cols - 2] = scale * data[cols - 2]; x[cols - 1] = scale * data[cols - 1]; }", "TestWatched"},
	{"a tail of four elements", "kernels/common.cuh",
		"if (i + k < n)\n\t\t\tp[i + k] = f.v[k];", "p[i + k] = f.v[k];", "TestWatched"},
	{"shared memory that is not set", "kernels/common.cuh",
		"last = atomicAdd(finished, 1u) == gridDim.x - 1;",
		"if (atomicAdd(finished, 1u) == gridDim.x - 1) last = true;", "TestWatched"},
	{"a unit past the last that is not set", "kernels/two_layer.cuh",
		"s.b1[threadIdx.x] = first + threadIdx.x < n.hidden ? n.b1[first + threadIdx.x] : 0;",
		"if (first + threadIdx.x < n.hidden) s.b1[threadIdx.x] = n.b1[first + threadIdx.x];", "TestWatched"},

	// Calls of the driver and of cuBLAS.
	{"the width of another matrix", "gpu/driver/gemm.go", "lda = p.M", "lda = p.K", "TestWatched"},
	{"scratch memory that is not aligned", "gpu/memory.go",
		"at, err := b.alloc(n)" + orReturn0 + "*buffer = scratchBuffer{at, n}\n\treturn at, nil",
		"at, err := b.alloc(n + 8)" + orReturn0 + "*buffer = scratchBuffer{at + 8, n}\n\treturn at + 8, nil", "TestWatched"},
	{"no stream", "gpu/driver/gemm.go",
		"if err := d.blasCheck(\"cublasSetStream\", C.cublasSetStream(d.handle(), stream));" + orReturn, "", "TestWatched"},
	{"no workspace", "gpu/driver/gemm.go",
		"code := C.cublasSetWorkspace(d.handle(), Ptr(workspace).pointer(), C.size_t(size))\n\t" +
			"if err := d.blasCheck(\"cublasSetWorkspace\", code);" + orReturn, "", "TestWatched"},
	{"a handle in TF32", "gpu/driver/gemm.go",
		"return d.blasCheck(\"cublasSetMathMode\", C.cublasSetMathMode(d.handle(), C.CUBLAS_DEFAULT_MATH))",
		"return d.blasCheck(\"cublasSetMathMode\", C.cublasSetMathMode(d.handle(), C.CUBLAS_TF32_TENSOR_OP_MATH))", "TestWatched"},
	{"scales expected on the device", "gpu/driver/gemm.go",
		"return d.pointerMode(C.CUBLAS_POINTER_MODE_HOST)", "return nil", "TestWatched"},
	{"the epilogue of another layer", "gpu/driver/linear.go",
		"if relu {" + epilogue, "if !relu {" + epilogue, "TestWatched"},
}

const (
	spin = "while (*(volatile unsigned *)&gate->arrived < times * gridDim.x)\n\t\t\t__nanosleep(20);\n\t\t__threadfence();"

	orReturn  = " err != nil {\n\t\treturn err\n\t}"
	orReturn0 = "\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\t"

	epilogue = "\n\t\tepilogue = C.CUBLASLT_EPILOGUE_RELU_BIAS\n\t}"

	gradient = "if (threadIdx.x < classes)\n\t\tdz[(size_t)blockIdx.x * classes + threadIdx.x] = gradient[threadIdx.x];"

	tally = "tally(n.loss + first + i, n.hits + first + i, n.exchange, n.rows);"

	lanes = "\t\t\tsums[threadIdx.y][threadIdx.x] += sums[threadIdx.y + half][threadIdx.x];"

	scalars = "\n\t\tfor (int j = threadIdx.x; j < cols; j += blockDim.x)\n\t\t\tx[j] = scale * data[j];\n\t\treturn;"
)
