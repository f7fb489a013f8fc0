package kernel

import (
	"fmt"
	"math"
	"testing"
)

// problemSizes has single rows and columns, and numbers next to those that panels,
// tiles and unrolled loops are made of.
var problemSizes = []struct{ rows, in, out int }{
	{1, 1, 1}, {2, 3, 3}, {3, 5, 15}, {4, 15, 16}, {5, 16, 17}, {6, 17, 31},
	{7, 31, 33}, {8, 33, 5}, {9, 64, 48}, {9, 400, 10}, {9, 31, 400}, {5, 17, 1000}, {33, 784, 31},
	{2, stripCols, 65}, {3, stripCols + 1, 64}, {stripCols + 3, 9, 17}, {2*stripCols + 3, 16, 17},
}

func TestProducts(t *testing.T) {
	for _, set := range Sets() {
		for _, z := range problemSizes {
			for _, density := range []float64{0, 0.05, 1} {
				t.Run(fmt.Sprintf("%s/%d-%d-%d/%v", set.Name, z.rows, z.in, z.out, density), func(t *testing.T) {
					testProducts(t, set, newProblem(set, 1, z.rows, z.in, z.out, density))
				})
			}
		}
	}
}

// FuzzProducts looks for shapes and pixels that a kernel gets wrong.
func FuzzProducts(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(30), uint8(20), uint8(50))
	f.Add(uint64(2), uint8(0), uint8(0), uint8(0), uint8(255))
	f.Fuzz(func(t *testing.T, seed uint64, rows, in, out, density uint8) {
		for _, set := range Sets() {
			testProducts(t, set, newProblem(set, seed, 1+int(rows%40), 1+int(in), 1+int(out), float64(density)/255))
		}
	})
}

func testProducts(t *testing.T, set *Set, p *problem) {
	testForward(t, set, p)
	testBackward(t, set, p)
	testAdd(t, set, p)
}

func testForward(t *testing.T, set *Set, p *problem) {
	terms := func(i, j int) []term {
		list := []term{{float64(*p.b.at(0, j)), 1}}
		for k := range p.in {
			list = append(list, term{float64(*p.x.at(i, k)), float64(*p.w.at(k, j))})
		}
		return list
	}
	for _, floor := range []float64{0, math.Inf(-1)} {
		y := filled(p.rows, p.out, nothing)
		eachGroup(set, y, func(panel, n int) {
			all, half := p.lists.Pairs(), p.lists.Pairs()/2
			set.SparseForward(y, p.lists, p.w, p.b, float32(floor), Block{panel, n, 0, half})
			set.SparseForward(y, p.lists, p.w, p.b, float32(floor), Block{panel, n, half, all})
		})
		expect(t, "SparseForward", y, floor, terms)

		y = filled(p.rows, p.out, nothing)
		for panel := range y.Panels() {
			tiles := (p.rows + Tile - 1) / Tile
			set.DenseForward(y, p.x, p.w, p.b, float32(floor), p.all, panel, 0, tiles/2)
			set.DenseForward(y, p.x, p.w, p.b, float32(floor), p.all, panel, tiles/2, tiles)
		}
		expect(t, "DenseForward", y, floor, terms)
	}
}

func testBackward(t *testing.T, set *Set, p *problem) {
	var buffer Buffer
	buffer.Reserve(p.out, p.in)
	wt := buffer.As(p.out, p.in)
	masked, product := filled(p.rows, p.in, nothing), filled(p.rows, p.in, nothing)
	for panel := range wt.Panels() {
		wt.TransposePanel(p.w, panel)
		set.DenseMasked(masked, p.dy, wt, p.x, p.active, panel)
		set.DenseProduct(product, p.dy, wt, p.active, panel)
	}
	terms := func(i, j int) (list []term) {
		for k := range p.out {
			list = append(list, term{float64(*p.dy.at(i, k)), float64(*p.w.at(j, k))})
		}
		return list
	}
	expect(t, "DenseProduct", product, math.Inf(-1), terms)
	expect(t, "DenseMasked", masked, math.Inf(-1), func(i, j int) []term {
		if *p.x.at(i, j) > 0 {
			return terms(i, j)
		}
		return nil
	})
}

func testAdd(t *testing.T, set *Set, p *problem) {
	const alpha = -0.5
	before := func(i, j int) float32 { return float32(i - 2*j) }
	terms := func(i, j int) []term {
		list := []term{{float64(before(i, j)), 1}}
		for k := range p.rows {
			list = append(list, term{alpha * float64(*p.x.at(k, i)), float64(*p.dy.at(k, j))})
		}
		return list
	}
	sparse, dense, sums := filled(p.in, p.out, before), filled(p.in, p.out, before), filled(1, p.out, before)
	eachGroup(set, sparse, func(panel, n int) {
		all, third := p.flipped.Pairs(), p.flipped.Pairs()/3
		set.SparseAdd(sparse, p.flipped, p.dy, alpha, Block{panel, n, 0, third})
		set.SparseAdd(sparse, p.flipped, p.dy, alpha, Block{panel, n, third, all})
		set.AddSums(sums, p.dy, p.active, alpha, panel, n)
	})
	for panel := range dense.Panels() {
		for q := range p.x.Panels() {
			set.DenseAdd(dense, p.x, p.dy, p.active, alpha, panel, q)
		}
	}
	expect(t, "SparseAdd", sparse, math.Inf(-1), terms)
	expect(t, "DenseAdd", dense, math.Inf(-1), terms)
	expect(t, "AddSums", sums, math.Inf(-1), func(_, j int) []term {
		list := []term{{float64(before(0, j)), 1}}
		for k := range p.rows {
			list = append(list, term{alpha, float64(*p.dy.at(k, j))})
		}
		return list
	})
}

// nothing is the initial value of an output that must be written everywhere.
func nothing(int, int) float32 { return float32(math.NaN()) }

// eachGroup calls f for as many panels as a set takes at a time, and for those
// that are left.
func eachGroup(set *Set, m Matrix, f func(panel, n int)) {
	for panel := 0; panel < m.Panels(); panel += len(set.sparse) {
		f(panel, min(len(set.sparse), m.Panels()-panel))
	}
}

// TestGroupsAgree checks that results have the same bits however the panels are
// grouped, since the grouping depends on the number of threads.
func TestGroupsAgree(t *testing.T) {
	for _, set := range Sets() {
		p := newProblem(set, 7, 150, 130, 7*Width, 0.3)
		product := func(most int) (y, dw Matrix) {
			y, dw = filled(p.rows, p.out, nothing), filled(p.in, p.out, one)
			for panel := 0; panel < y.Panels(); panel += most {
				n := min(most, y.Panels()-panel)
				set.SparseForward(y, p.lists, p.w, p.b, 0, Block{panel, n, 0, p.lists.Pairs()})
				set.SparseAdd(dw, p.flipped, p.dy, 0.1, Block{panel, n, 0, p.flipped.Pairs()})
			}
			return y, dw
		}
		wantY, wantDW := product(1)
		for most := 2; most <= len(set.sparse); most++ {
			y, dw := product(most)
			for _, pair := range [][2]Matrix{{y, wantY}, {dw, wantDW}} {
				for i := range pair[0].Rows {
					for j := range pair[0].Cols {
						if got, want := *pair[0].at(i, j), *pair[1].at(i, j); got != want {
							t.Fatalf("%s: element %d, %d is %v in groups of %d panels and %v alone", set.Name, i, j, got, most, want)
						}
					}
				}
			}
		}
	}
}
