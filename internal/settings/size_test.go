package settings

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{
		"28x28": {28, 28}, "1x65536": {1, 65536}, "256x256": {256, 256}, "14x56": {14, 56},
	} {
		var s Size
		if err := s.Set(text); err != nil || s != want || s.String() != text {
			t.Errorf("%s: %v and %v, want %v", text, s, err, want)
		}
	}
	for _, text := range []string{
		"", "28", "x", "28x", "x28", "28X28", "28x28x1", "28x28 ", " 28x28", "028x28", "+28x28", "0x28", "28x0", "-1x-1",
		"2048x2049", "4194305x1", "4294967296x4294967296",
	} {
		s := Size{3, 4}
		if s.Set(text) == nil || s != (Size{3, 4}) {
			t.Errorf("%q was taken as %v", text, s)
		}
	}
}
