//go:build cuda && linux

package driver

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestScales takes whole numbers, which need no rounding, and changes the scales
// between two launches of one recording. A product after that must have its own scales
// again.
func TestScales(t *testing.T) {
	for _, p := range []Precision{FP32, TF32, BF16, FP16} {
		t.Run(fmt.Sprint(p), func(t *testing.T) { testScales(t, p) })
	}
}

func testScales(t *testing.T, p Precision) {
	draw := rand.New(rand.NewPCG(5, 6))
	d := openAny(t)
	const m, n, k = 33, 10, 20
	a, b, c := integers(draw, k*m), integers(draw, k*n), integers(draw, m*n)
	factorA, factorB, scales, out := uploadFactor(t, d, p, a), uploadFactor(t, d, p, b), upload(t, d, make([]float32, 2)), upload(t, d, c)
	scaled := Product{Precision: p, M: m, N: n, K: k, TransA: true, A: factorA, B: factorB, C: out, Scales: scales}
	product := func() error { return d.Multiply(scaled) }
	set := func(alpha, beta float32) {
		bytes := binary.NativeEndian.AppendUint32(nil, math.Float32bits(alpha))
		must(t, d.CopyIn(scales, binary.NativeEndian.AppendUint32(bytes, math.Float32bits(beta))))
	}

	set(0, 1)
	must(t, product()) // cuBLAS may load a kernel
	graph, err := d.Record(product)
	must(t, err)
	want := c
	for _, s := range [][2]float32{{-0.5, 1}, {2, -1}} {
		set(s[0], s[1])
		must(t, graph.Launch())
		g := gemmCase{transA: true, m: m, n: n, k: k, alpha: s[0], beta: s[1]}
		want = g.want(a, m, b, n, want)
		if got := download(t, d, out, m*n); !slices.Equal(got, want) {
			t.Errorf("scales %v: %v, want %v", s, got, want)
		}
	}
	plain := scaled
	plain.Scales = 0
	must(t, d.Multiply(plain))
	g := gemmCase{transA: true, m: m, n: n, k: k, alpha: 1}
	if got := download(t, d, out, m*n); !slices.Equal(got, g.want(a, m, b, n, want)) {
		t.Error("a product after it is wrong")
	}
}
