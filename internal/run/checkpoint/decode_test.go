package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/model"
)

// sample is the state of a run after some steps, whose file has n bytes or slightly
// more.
func sample(step, n int) *State {
	draw := rand.New(rand.NewPCG(uint64(step), 0))
	values := make([]float32, max(n-399, 40)/4)
	for i := range values {
		values[i] = draw.Float32()
	}
	return &State{
		Settings: map[string]string{"network": "784-400-10", "backend": "cpu", "": "no name"},
		Step:     step, Epoch: 2, Cursor: 128,
		Order: []int32{2, 0, -1}, Generator: []byte("pcg:0123"),
		Tensors: []model.Tensor{
			{Name: "layers.0.weight", Shape: []int{1, len(values)}, Values: values},
			{Name: "layers.0.weight.velocity", Shape: []int{3}, Values: []float32{1, float32(math.Inf(1)), -0.5}},
		},
		Loss: []float64{0.25, math.SmallestNonzeroFloat64}, Hits: []int32{7, 9},
		History: []Column{{"step", []float64{1, 2}}, {"loss", []float64{2.5, 1.5}}},
		Numbers: map[string]float64{"seconds": 1.5, "best": -3},
	}
}

func TestDecodeGivesTheStateBack(t *testing.T) {
	for _, want := range []*State{sample(1, 4096), {}, {Step: math.MaxInt}} {
		content := Encode(want)
		got, err := Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !bytes.Equal(Encode(got), content) {
			t.Error("the state that was read is written in other bytes")
		}
	}
}

// Random states, including NaNs whose bits must not change, are decoded unchanged.
func TestRoundTrips(t *testing.T) {
	const cases = 500
	passed := 0
	draw := rand.New(rand.NewPCG(1, 2))
	for range cases {
		content := Encode(randomState(draw))
		s, err := Decode(content)
		if err == nil && bytes.Equal(Encode(s), content) {
			passed++
		}
	}
	t.Logf("passed %d of %d", passed, cases)
	if passed != cases {
		t.Errorf("%d of %d states changed", cases-passed, cases)
	}
}

func randomState(draw *rand.Rand) *State {
	s := &State{Settings: map[string]string{}, Numbers: map[string]float64{}}
	s.Step, s.Epoch, s.Cursor = draw.IntN(1e6), draw.IntN(100), draw.IntN(60000)
	s.Generator = make([]byte, draw.IntN(30))
	for range draw.IntN(5) {
		s.Settings[fmt.Sprint(draw.IntN(10))] = strings.Repeat("é\x00", draw.IntN(4))
		s.Numbers[fmt.Sprint(draw.IntN(10))] = math.Float64frombits(draw.Uint64())
		s.Order = append(s.Order, int32(draw.Uint32()))
		s.Loss = append(s.Loss, math.Float64frombits(draw.Uint64()))
		s.Hits = append(s.Hits, draw.Int32())
	}
	for i := range draw.IntN(5) {
		t := model.Tensor{Name: fmt.Sprint(i), Shape: []int{1 + draw.IntN(4), 1 + draw.IntN(4), 2}}
		for range t.Shape[0] * t.Shape[1] * 2 {
			t.Values = append(t.Values, math.Float32frombits(draw.Uint32()))
		}
		s.Tensors = append(s.Tensors, t)
	}
	lines := draw.IntN(4)
	for i := range draw.IntN(4) {
		c := Column{Name: fmt.Sprint(i)}
		for range lines {
			c.Values = append(c.Values, draw.NormFloat64())
		}
		s.History = append(s.History, c)
	}
	return s
}

// checkRefused checks that content is refused with an error of one line that contains
// want.
func checkRefused(t *testing.T, content []byte, want string) bool {
	t.Helper()
	_, err := Decode(content)
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v, want one line with %q", err, want)
		return false
	}
	return true
}

func TestDecodeRefusesEveryPrefix(t *testing.T) {
	content := Encode(sample(1, 4096))
	passed := 0
	for n := range content {
		if checkRefused(t, content[:n], "is ") {
			passed++
		}
	}
	t.Logf("passed %d of %d", passed, len(content))
	checkRefused(t, append(content, 0), "goes on after its end")
}

func TestDecodeRefusesEveryFlippedBit(t *testing.T) {
	content := Encode(sample(1, 4096))
	passed, cases := 0, 8*len(content)
	for i := range cases {
		content[i/8] ^= 1 << (i % 8)
		if checkRefused(t, content, "") {
			passed++
		}
		content[i/8] ^= 1 << (i % 8)
	}
	t.Logf("passed %d of %d, of a file of %d bytes", passed, cases, len(content))
	if len(content) < 4096 {
		t.Errorf("the file has %d bytes, want 4 KiB", len(content))
	}
}

// seal gives content a correct size and sum, so that what is between them is read.
func seal(content []byte) []byte {
	if len(content) < headerSize {
		return content
	}
	b := bytes.Clone(content)
	copy(b, magic)
	binary.LittleEndian.PutUint32(b[len(magic):], version)
	binary.LittleEndian.PutUint64(b[headerSize-8:], uint64(len(b)+sha256.Size))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// Files with a correct sum may still be nonsense: each prefix, each flipped bit and
// random bytes are refused, or are exactly what their state encodes to.
func TestDecodeOfSealedNonsense(t *testing.T) {
	whole := Encode(sample(1, 40))
	body := whole[:len(whole)-sha256.Size]
	for n := range body {
		checkStrict(t, seal(body[:n]))
	}
	refused := 0
	for i := headerSize * 8; i < 8*len(body); i++ {
		body[i/8] ^= 1 << (i % 8)
		if !checkStrict(t, seal(body)) {
			refused++
		}
		body[i/8] ^= 1 << (i % 8)
	}
	if refused == 0 {
		t.Error("no flipped bit of a length was refused")
	}
}

// checkStrict checks that content is refused with one line, or is
// exactly what its state encodes to.
func checkStrict(t *testing.T, content []byte) (accepted bool) {
	t.Helper()
	s, err := Decode(content)
	if err != nil {
		checkRefused(t, content, "")
		return false
	}
	if !bytes.Equal(Encode(s), content) {
		t.Errorf("accepted %q, but wrote other bytes", content)
	}
	return true
}

func TestEncodePanics(t *testing.T) {
	one := model.Tensor{Name: "w", Shape: []int{1}, Values: []float32{1}}
	many, manyNumbers, manyTensors := map[string]string{}, map[string]float64{}, make([]model.Tensor, maxTensors+1)
	for i := range maxNames + 1 {
		many[fmt.Sprint(i)], manyNumbers[fmt.Sprint(i)] = "", 1
	}
	for i := range manyTensors {
		manyTensors[i] = model.Tensor{Name: fmt.Sprint(i), Shape: []int{1}, Values: []float32{1}}
	}
	for name, s := range map[string]*State{
		"a negative step":     {Step: -1},
		"a shape too large":   {Tensors: []model.Tensor{{Name: "w", Shape: []int{2}, Values: []float32{1}}}},
		"no shape":            {Tensors: []model.Tensor{{Name: "w", Values: []float32{1}}}},
		"a name twice":        {Tensors: []model.Tensor{one, one}},
		"columns that differ": {History: []Column{{"a", []float64{1}}, {"b", nil}}},
		"too many columns":    {History: make([]Column, maxNames+1)},
		"too many settings":   {Settings: many},
		"too many numbers":    {Numbers: manyNumbers},
		"too many tensors":    {Tensors: manyTensors},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			Encode(s)
		}()
	}
}
