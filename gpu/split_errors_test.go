//go:build cuda && linux

package gpu

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"mnistgpu/internal/backend"
)

// A splitProduct is a product of images, four of five pixels zero, and a matrix: w
// forward, or dy backward, whose rows differ as much as the gradients of images that
// the network knows and of those that it does not.
type splitProduct struct {
	rows, in, out int
	backward      bool
	pixels        []uint8
	other         []float32
}

func newSplitProduct(rows, in, out int, backward bool) splitProduct {
	draw := rand.New(rand.NewPCG(5, 5))
	p := splitProduct{rows: rows, in: in, out: out, backward: backward}
	p.pixels = fill(rows*in, func() uint8 { return uint8(max(0, int(draw.UintN(1280))-1024)) })
	n, size := in*out, 0.05
	if backward {
		n = rows * out
	}
	p.other = fill(n, func() float32 {
		if backward && draw.UintN(uint(out)) == 0 {
			size = math.Ldexp(1, -17-draw.IntN(10))
		}
		return float32(size * draw.NormFloat64())
	})
	return p
}

// shape returns the shape of the result and the number of terms of an element. term
// returns term l of element (i, j).
func (p splitProduct) shape() (m, n, terms int) {
	if p.backward {
		return p.in, p.out, p.rows
	}
	return p.rows, p.out, p.in
}

func (p splitProduct) term(i, j, l int) float64 { return p.pixel(i, l) * float64(p.other[l*p.out+j]) }

// pixel returns the pixel in term l of row i.
func (p splitProduct) pixel(i, l int) float64 {
	if p.backward {
		return float64(p.pixels[l*p.in+i])
	}
	return float64(p.pixels[i*p.in+l])
}

// on returns the product that b computes.
func (p splitProduct) on(t *testing.T, b backend.Backend) []float32 {
	t.Helper()
	u := uploader{b: b}
	m, n, _ := p.shape()
	images := backend.Rows{
		Data:   upload(&u, p.rows, p.in, p.pixels),
		Order:  upload(&u, p.rows, 1, sequence(p.rows)),
		Cursor: upload(&u, 1, 1, []int32{0}),
		Count:  p.rows, Scale: 1,
	}
	other := upload(&u, len(p.other)/p.out, p.out, p.other)
	bias := upload(&u, 1, p.out, make([]float32, p.out))
	product := upload(&u, m, n, make([]float32, m*n))
	if u.err != nil {
		t.Fatal(u.err)
	}
	graph, err := b.Capture(func(ops backend.Ops) {
		if p.backward {
			ops.LinearBackwardWeight(product, bias, images, other, false)
		} else {
			ops.LinearForward(product, images, other, bias, backend.Identity)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Replay(); err != nil {
		t.Fatal(err)
	}
	got, err := backend.Download[float32](b, product)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sequence(n int) []int32 {
	next := int32(-1)
	return fill(n, func() int32 { next++; return next })
}

// errors returns the errors of a product in units of 2⁻²⁴·Σ|x||w|.
func (p splitProduct) errors(got []float32) (rms, largest float64) {
	m, n, terms := p.shape()
	squares := 0.0
	for i := range m {
		for j := range n {
			want, size := 0.0, 0.0
			for l := range terms {
				term := p.term(i, j, l)
				want, size = want+term, size+math.Abs(term)
			}
			if float64(got[i*n+j]) == want { // where all pixels are zero
				continue
			}
			e := math.Abs(float64(got[i*n+j])-want) / (0x1p-24 * size)
			if !(e <= largest) { // a NaN stays
				largest = e
			}
			squares += e * e
		}
	}
	return math.Sqrt(squares / float64(m*n)), largest
}

// spoilt is a backend with a fault.
type spoilt struct {
	*Backend
	fault splitFault
}

func (s spoilt) Capture(step func(backend.Ops)) (backend.Graph, error) {
	graph, err := s.Backend.Capture(step)
	if err != nil {
		return nil, err
	}
	calls := graph.(*list).calls
	for i, c := range calls {
		if c.name == s.fault.after {
			calls[i].run = func() error { return errors.Join(c.run(), s.fault.spoil(s.Backend)) }
		}
	}
	return graph, nil
}

// spoilLows changes the float16 numbers in the first half of the columns of a (rows,
// cols) matrix in scratch memory.
func (b *Backend) spoilLows(purpose, rows, cols int, change func(bits uint16) uint16) error {
	raw := make([]byte, 2*rows*cols)
	at, order := b.scratch[purpose].at, binary.NativeEndian
	if err := b.device.CopyOut(raw, at); err != nil {
		return err
	}
	for row := range rows {
		for number := raw[2*row*cols:][:cols]; len(number) > 0; number = number[2:] {
			order.PutUint16(number, change(order.Uint16(number)))
		}
	}
	return b.device.CopyIn(at, raw)
}

// spoilLow changes the low parts of what the pixels are multiplied by.
func (p splitProduct) spoilLow(change func(bits uint16) uint16) func(b *Backend) error {
	return func(b *Backend) error {
		if p.backward {
			return b.spoilLows(splitGradients, p.rows, 2*p.out, change)
		}
		return b.spoilLows(splitWeights, 1, 2*len(p.other), change)
	}
}

// A splitFault spoils memory after a call.
type splitFault struct {
	after string
	spoil func(b *Backend) error
}

func (p splitProduct) faults() map[string]splitFault {
	nothing := func(uint16) uint16 { return 0 }
	return map[string]splitFault{
		"no low part":                    {"split", p.spoilLow(nothing)},
		"low part at half of its place":  {"split", p.spoilLow(halved)},
		"pixels' part at half its place": {"gather_halves", func(b *Backend) error { return b.spoilLows(gatheredHalves, p.rows, 2*p.in, halved) }},
		"scale of another power of two": {"split_scale", func(b *Backend) error {
			raw := make([]byte, 4)
			at := b.scratch[splitScales].at + 16
			err := b.device.CopyOut(raw, at)
			binary.NativeEndian.PutUint32(raw, binary.NativeEndian.Uint32(raw)-1<<23)
			return errors.Join(err, b.device.CopyIn(at, raw))
		}},
	}
}

// halved is half of a float16 number, 0 where that is not normal.
func halved(bits uint16) uint16 {
	if bits&0x7c00 <= 0x0400 {
		return 0
	}
	return bits - 0x0400
}

// TestErrorsOfSplit measures products at the shapes of a training. The errors of split
// ones must be less than a hundredth of those of TF32, or a tenth in long sums, where
// the rounding of factors counts for less. They must also be at most twice those of
// float32 plus what tensor cores cut off for every 16 products: up to 2u, and half of
// that on average. Those of spoilt products must not.
func TestErrorsOfSplit(t *testing.T) {
	useDevice(t)
	for name, test := range map[string]struct {
		splitProduct
		better float64
	}{
		"forward":                 {newSplitProduct(64, 784, 128, false), 100},
		"gradient":                {newSplitProduct(256, 784, 64, true), 100},
		"gradient of many images": {newSplitProduct(splitRows+904, 24, 16, true), 10},
	} {
		p := test.splitProduct
		on := func(precision Precision, fault splitFault) (rms, largest float64) {
			b, err := Open(Options{Precision: precision, NoGraph: true})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			return p.errors(p.on(t, spoilt{b.(*Backend), fault}))
		}
		float, _ := on(FP32, splitFault{})
		tf32, _ := on(TF32, splitFault{})
		_, _, terms := p.shape()
		cuts := float64(min(terms, splitRows)) / 16
		most := 2*math.Sqrt(2*float64(terms)) + 4 + 2*cuts
		good := func(fault splitFault, title string) bool {
			rms, largest := on(Split16, fault)
			t.Logf("%s, %s: rms %.3g, largest %.3g of %.3g; fp32 %.3g, tf32 %.3g", name, title, rms, largest, most, float, tf32)
			return test.better*rms <= tf32 && largest <= most && rms <= 2*float+cuts
		}
		if !good(splitFault{}, "good") {
			t.Errorf("%s: outside of the limits", name)
		}
		for title, fault := range p.faults() {
			if good(fault, title) {
				t.Errorf("%s: %s is not found", name, title)
			}
		}
	}
}
