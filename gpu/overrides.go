package gpu

import (
	"os"
	"slices"
)

// An Override is an environment variable that is set and makes cuBLAS multiply in
// another precision than it is asked for.
type Override struct {
	Variable string // NAME=value
	Effect   string // what cuBLAS does because of it
	changes  []Precision
}

// Changes reports whether products in p are not what they should be.
func (o Override) Changes(p Precision) bool { return slices.Contains(o.changes, p) }

// Overrides returns the variables that are set to a value with which cuBLAS multiplies in
// another precision. There are two that do so:
//
//   - NVIDIA_TF32_OVERRIDE. With 0, NVIDIA's libraries never use TF32, whatever a program
//     asks for (NVIDIA, "Accelerating AI Training with NVIDIA TF32 Tensor Cores"). Other
//     values are not documented; with 1 they use TF32 for all products of float32.
//   - CUBLAS_EMULATE_SINGLE_PRECISION. With 1, cuBLAS 12.9 and later compute products of
//     float32 from nine products of bfloat16, on some GPUs, with results that do not
//     follow IEEE 754 (cuBLAS manual 13.2, section 1.5, "Floating Point Emulation"). 0
//     turns that off.
//
// The other variables of that section concern float64, or how to emulate what the second
// one has turned on. CUBLAS_WORKSPACE_CONFIG has no effect, since cuBLAS gets its
// workspace from [Open]; those that begin with CUBLASLT configure logs and caches; and
// CUBLAS_VERSION, which NVIDIA's containers set, only tells people what is installed.
func Overrides() []Override {
	var set []Override
	add := func(name, effect string, changes ...Precision) {
		set = append(set, Override{name + "=" + os.Getenv(name), effect, changes})
	}
	switch os.Getenv("NVIDIA_TF32_OVERRIDE") {
	case "":
	case "0":
		add("NVIDIA_TF32_OVERRIDE", "keeps cuBLAS from using TF32", TF32)
	default:
		add("NVIDIA_TF32_OVERRIDE", "makes cuBLAS use TF32 for float32", FP32, BF16, Split16)
	}
	switch os.Getenv("CUBLAS_EMULATE_SINGLE_PRECISION") {
	case "", "0":
	default:
		add("CUBLAS_EMULATE_SINGLE_PRECISION", "makes cuBLAS emulate float32 with bfloat16", FP32, Split16)
	}
	return set
}
