package gpu

import (
	"slices"
	"testing"
)

// TestOverrides sets variables as people and containers do. Only those with which cuBLAS
// multiplies in another precision count, and only for the precisions that they change.
func TestOverrides(t *testing.T) {
	for _, test := range []struct {
		variable, value string
		changes         []Precision
	}{
		{"NVIDIA_TF32_OVERRIDE", "0", []Precision{TF32}},
		{"NVIDIA_TF32_OVERRIDE", "1", []Precision{FP32, BF16, Split16}},
		{"CUBLAS_EMULATE_SINGLE_PRECISION", "1", []Precision{FP32, Split16}},
		{"CUBLAS_EMULATE_SINGLE_PRECISION", "0", nil},
		{"CUBLAS_EMULATE_DOUBLE_PRECISION", "1", nil},
		{"CUBLAS_EMULATION_STRATEGY", "eager", nil},
		{"CUBLAS_EMULATION_SPECIAL_VALUES_SUPPORT_MASK", "0", nil},
		{"CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", "39", nil},
		{"CUBLAS_VERSION", "12.9.1.4", nil},
		{"CUBLAS_WORKSPACE_CONFIG", ":4096:8", nil},
		{"CUBLAS_LOGINFO_DBG", "1", nil},
		{"CUBLASLT_LOG_LEVEL", "5", nil},
		{"CUBLASLT_HEURISTICS_CACHE_CAPACITY", "0", nil},
		{"CUBLASLT_DISABLE_CPU_INSTRUCTIONS_MASK", "1", nil},
		{"NVIDIA_VISIBLE_DEVICES", "all", nil},
		{"NVIDIA_REQUIRE_CUDA", "cuda>=9.0", nil},
	} {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			var changes []Precision
			for _, o := range Overrides() {
				if o.Variable != test.variable+"="+test.value || o.Effect == "" {
					t.Errorf("found %+v", o)
				}
				for _, p := range Precisions() {
					if o.Changes(Precision(p)) {
						changes = append(changes, Precision(p))
					}
				}
			}
			if !slices.Equal(changes, test.changes) {
				t.Errorf("changes %v, want %v", changes, test.changes)
			}
		})
	}
}
