package kernel

import (
	"fmt"
	"math"
	"testing"
)

// TestZeroPixels checks that a zero pixel contributes exactly nothing, even where its
// weights are not numbers, and that such weights show in all images whose pixel is not
// zero.
func TestZeroPixels(t *testing.T) {
	const rows, in, out, pixel = 9, 40, 50, 7
	for _, set := range Sets() {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			t.Run(fmt.Sprint(set.Name, "/", bad), func(t *testing.T) {
				p := newProblem(set, 3, rows, in, out, 0.3)
				for i := range rows {
					p.pixels.Row(i)[pixel] = uint8(i % 2)
				}
				p.list(set)
				forward := func(weight float32) Matrix {
					for j := range out {
						*p.w.at(pixel, j) = weight
					}
					y := filled(rows, out, nothing)
					eachGroup(set, y, func(panel, n int) {
						set.SparseForward(y, p.lists, p.w, p.b, noFloor, Block{panel, n, 0, p.lists.Pairs()})
					})
					return y
				}
				want, got := forward(0), forward(float32(bad))
				for i := range rows {
					for j := range out {
						if v := *got.at(i, j); i%2 == 0 && v != *want.at(i, j) {
							t.Fatalf("weight %v behind a zero pixel: element %d, %d is %v, want %v", bad, i, j, v, *want.at(i, j))
						} else if i%2 == 1 && !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) {
							t.Fatalf("weight %v behind a pixel: element %d, %d is %v", bad, i, j, v)
						}
					}
				}
			})
		}
	}
}

// TestReLUKeepsNaN checks that a diverged network shows.
func TestReLUKeepsNaN(t *testing.T) {
	for _, set := range Sets() {
		p := newProblem(set, 4, 5, 20, 33, 1)
		for j := range p.out {
			*p.w.at(3, j) = float32(math.NaN())
		}
		sparse, dense := filled(p.rows, p.out, one), filled(p.rows, p.out, one)
		eachGroup(set, sparse, func(panel, n int) {
			set.SparseForward(sparse, p.lists, p.w, p.b, 0, Block{panel, n, 0, p.lists.Pairs()})
		})
		for panel := range dense.Panels() {
			set.DenseForward(dense, p.x, p.w, p.b, 0, p.all, panel, 0, 1)
		}
		for i := range p.rows {
			for j := range p.out {
				if s, d := *sparse.at(i, j), *dense.at(i, j); s == s || d == d {
					t.Fatalf("%s: element %d, %d is %v sparse and %v dense, want NaN", set.Name, i, j, s, d)
				}
			}
		}
	}
}

func one(int, int) float32 { return 1 }
