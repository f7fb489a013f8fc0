package gpu

import "testing"

func TestEngineNames(t *testing.T) {
	for _, e := range []Engine{Auto, Ops, Fused, Persistent} {
		var got Engine
		if err := got.UnmarshalText([]byte(e.String())); err != nil || got != e {
			t.Errorf("%v became %v, %v", e, got, err)
		}
	}
	var e Engine
	err := e.UnmarshalText([]byte("fast"))
	if err == nil || err.Error() != `engine must be auto, ops, fused or persistent (got "fast")` {
		t.Errorf("fast gave %v", err)
	}
}

func TestPrecisionNames(t *testing.T) {
	for _, p := range []Precision{FP32, TF32, BF16, Split16} {
		var got Precision
		if err := got.UnmarshalText([]byte(p.String())); err != nil || got != p {
			t.Errorf("%v became %v, %v", p, got, err)
		}
	}
	var p Precision
	err := p.UnmarshalText([]byte("fp16"))
	if err == nil || err.Error() != `precision must be fp32, tf32, bf16 or split16 (got "fp16")` {
		t.Errorf("fp16 gave %v", err)
	}
}
