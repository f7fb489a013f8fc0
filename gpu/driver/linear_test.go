//go:build cuda && linux

package driver

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/gpu/sim"
)

// layer has the operands of a Linear, and the result.
type layer struct {
	m, n, k int
	relu    bool
	Operands
	want []float32
}

// newLayer uploads whole numbers, which need no rounding.
func newLayer(t *testing.T, d *Device, m, n, k int, relu bool) layer {
	t.Helper()
	draw := rand.New(rand.NewPCG(3, 4))
	x, w, b := integers(draw, m*k), integers(draw, k*n), integers(draw, n)
	product := gemmCase{m: m, n: n, k: k, alpha: 1}
	l := layer{m, n, k, relu, Operands{upload(t, d, make([]float32, m*n)), upload(t, d, x), upload(t, d, w), upload(t, d, b)}, nil}
	l.want = product.want(x, k, w, n, make([]float32, m*n))
	for i := range l.want {
		l.want[i] += b[i%n]
		if relu {
			l.want[i] = max(l.want[i], 0)
		}
	}
	return l
}

// TestLinear checks that products of whole numbers are exact, with the first operands
// and with others, direct and recorded.
func TestLinear(t *testing.T) {
	for _, p := range []Precision{FP32, TF32, BF16} {
		for _, relu := range []bool{false, true} {
			for _, size := range [][3]int{{1, 1, 1}, {5, 7, 3}, {64, 10, 100}, {33, 128, 17}} {
				t.Run(fmt.Sprint(p, relu, size), func(t *testing.T) { testLinear(t, p, relu, size) })
			}
		}
	}
}

func testLinear(t *testing.T, p Precision, relu bool, size [3]int) {
	d := openAny(t)
	first, other := newLayer(t, d, size[0], size[1], size[2], relu), newLayer(t, d, size[0], size[1], size[2], relu)
	negative := make([]float32, size[1])
	for i := range negative {
		negative[i] = -1000
	}
	l, err := d.NewLinear(p, size[0], size[1], size[2], relu, first.Operands)
	must(t, err)
	if l == nil {
		t.Fatal("cuBLASLt knows no way")
	}
	if got := download(t, d, first.Y, len(first.want)); !slices.Equal(got, first.want) {
		t.Errorf("at first: %v, want %v", got, first.want)
	}
	graph, err := d.Record(func() error { return l.Run(other.Operands) })
	must(t, err)
	must(t, graph.Launch())
	if got := download(t, d, other.Y, len(other.want)); !slices.Equal(got, other.want) {
		t.Errorf("recorded: %v, want %v", got, other.want)
	}
	other.B = upload(t, d, negative)
	must(t, l.Run(other.Operands))
	for _, v := range download(t, d, other.Y, len(other.want)) {
		if relu != (v == 0) || v > 0 {
			t.Fatalf("with a bias of -1000: %v", v)
		}
	}
}

// TestLinearPrecision multiplies 1 + 2^-9 and 1 + 2^-12 by 1, as TestPrecision does.
func TestLinearPrecision(t *testing.T) {
	d, _ := open(t)
	x := []float32{1 + 0x1p-9, 1 + 0x1p-12}
	for p, want := range map[Precision][]float32{FP32: x, TF32: {1 + 0x1p-9, 1}, BF16: {1, 1}} {
		o := Operands{upload(t, d, x), upload(t, d, x), upload(t, d, []float32{1}), upload(t, d, []float32{0})}
		_, err := d.NewLinear(p, 2, 1, 1, true, o)
		must(t, err)
		if got := download(t, d, o.Y, 2); !slices.Equal(got, want) {
			t.Errorf("precision %d: %v becomes %v, want %v", p, x, got, want)
		}
	}
}

// TestLinearIsMissing has no cuBLASLt, or one that has no algorithm, or one that is
// asked for more than it can do. That is no error, and the device stays usable.
func TestLinearIsMissing(t *testing.T) {
	for name, spoil := range map[string]func(s *sim.Device, l *layer){
		"no library":        func(s *sim.Device, l *layer) { s.SetEpilogues(sim.NoLibrary) },
		"no algorithm":      func(s *sim.Device, l *layer) { s.SetEpilogues(sim.NoAlgorithm) },
		"not an algorithm":  func(s *sim.Device, l *layer) { s.SetEpilogues(sim.BadAlgorithm) },
		"x is not aligned":  func(s *sim.Device, l *layer) { l.X += 4 },
		"w is not aligned":  func(s *sim.Device, l *layer) { l.W += 128 },
		"y is not aligned":  func(s *sim.Device, l *layer) { l.Y += 64 },
		"b is not aligned":  func(s *sim.Device, l *layer) { l.B += 8 },
		"b is on the host":  func(s *sim.Device, l *layer) { l.B = 0x1000 },
		"a matrix is empty": func(s *sim.Device, l *layer) { l.k = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			d, simulated := open(t)
			before := newLayer(t, d, 5, 7, 3, true)
			l := before
			spoil(simulated, &l)
			got, err := d.NewLinear(FP32, l.m, l.n, l.k, true, l.Operands)
			if got != nil || err != nil {
				t.Errorf("NewLinear gives %v, %v", got, err)
			}
			must(t, d.Multiply(Product{M: 5, N: 7, K: 3, A: before.X, B: before.W, C: before.Y}))
			must(t, d.Sync())
		})
	}
}

// TestLinearFaults has matrices that end too early.
func TestLinearFaults(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, d *Device, o *Operands){
		"x": func(t *testing.T, d *Device, o *Operands) { o.X = upload(t, d, sequence(14)) },
		"w": func(t *testing.T, d *Device, o *Operands) { o.W = upload(t, d, sequence(20)) },
		"y": func(t *testing.T, d *Device, o *Operands) { o.Y = upload(t, d, sequence(34)) },
		"b": func(t *testing.T, d *Device, o *Operands) { o.B = upload(t, d, sequence(6)) },
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := open(t)
			l := newLayer(t, d, 5, 7, 3, true)
			spoil(t, d, &l.Operands)
			_, err := d.NewLinear(FP32, 5, 7, 3, true, l.Operands)
			if err == nil {
				err = d.Sync()
			}
			wantCode(t, err, 700)
		})
	}
}

// TestLinearIsNew records the first product of an algorithm.
func TestLinearIsNew(t *testing.T) {
	d, _ := open(t)
	l := newLayer(t, d, 5, 7, 3, true)
	_, err := d.NewLinear(FP32, 5, 7, 3, true, l.Operands)
	must(t, err)
	_, err = d.Record(func() error {
		_, err := d.NewLinear(FP32, 5, 7, 3, false, l.Operands)
		return err
	})
	wantCode(t, err, 13)
}

func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want code %d", err, code)
	}
}

// TestLinearNaN has the simulated device treat a NaN in both ways.
func TestLinearNaN(t *testing.T) {
	for _, zero := range []bool{false, true} {
		t.Run(fmt.Sprint(zero), func(t *testing.T) {
			d, simulated := open(t)
			if zero {
				simulated.SetEpilogues(sim.EpiloguesZeroNaN)
			}
			l := newLayer(t, d, 1, 2, 3, true)
			l.B = upload(t, d, []float32{float32(math.NaN()), 1000})
			_, err := d.NewLinear(FP32, 1, 2, 3, true, l.Operands)
			must(t, err)
			got := download(t, d, l.Y, 2)
			if (got[0] == 0) != zero || !zero && got[0] == got[0] || got[1] <= 0 {
				t.Errorf("ReLU of NaN and of a large number is %v", got)
			}
		})
	}
}
