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

// TestGemmUpdate takes whole numbers, which need no rounding, and changes the scales
// between two launches of one recording. A product after that must have its own scales
// again.
func TestGemmUpdate(t *testing.T) {
	for _, p := range []Precision{FP32, TF32, BF16, FP16} {
		t.Run(fmt.Sprint(p), func(t *testing.T) { testGemmUpdate(t, p) })
	}
}

func testGemmUpdate(t *testing.T, p Precision) {
	draw := rand.New(rand.NewPCG(5, 6))
	d := openAny(t)
	const m, n, k = 33, 10, 20
	a, b, c := integers(draw, k*m), integers(draw, k*n), integers(draw, m*n)
	factorA, factorB, scales, out := uploadFactor(t, d, p, a), uploadFactor(t, d, p, b), upload(t, d, make([]float32, 2)), upload(t, d, c)
	product := func() error { return d.GemmUpdate(p, true, false, m, n, k, scales, factorA, m, factorB, n, out, n) }
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
		want = g.want(a, m, b, n, want, n)
		if got := download(t, d, out, m*n); !slices.Equal(got, want) {
			t.Errorf("scales %v: %v, want %v", s, got, want)
		}
	}
	must(t, d.Gemm(p, true, false, m, n, k, 1, factorA, m, factorB, n, 0, out, n))
	g := gemmCase{transA: true, m: m, n: n, k: k, alpha: 1}
	if got := download(t, d, out, m*n); !slices.Equal(got, g.want(a, m, b, n, want, n)) {
		t.Error("a product after it is wrong")
	}
}
