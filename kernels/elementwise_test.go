package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// sizes are numbers of elements, rows or columns: all up to 70, which are two warps and
// some, or a few of them.
func sizes(all bool, few ...int) []int {
	if !all {
		return few
	}
	list := make([]int, 70)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

// elementwise launches a kernel that gives each thread four elements.
func (s *stage) elementwise(name string, n int, args ...any) {
	s.launch(name, line((n+1023)/1024, 256), args...)
}

// kinds are numbers with the rounding errors that they allow.
var kinds = []struct {
	name      string
	numbers   generator
	roundings int // 1 if there are any
}{{"whole", whole, 0}, {"normal", normal, 1}, {"special", special, 1}}

// updateTrials are those of the optimizers.
func updateTrials(all bool) (list []trial) {
	for _, n := range append(sizes(all, 1, 5, 32, 67), 1021, 1024, 1030) {
		for _, kind := range kinds {
			for _, l2 := range []float64{0, 0.25} {
				name := fmt.Sprintf("%s numbers, %d, L2 %v", kind.name, n, l2)
				list = append(list,
					trial{"sgd_step, " + name, func(s *stage) { s.sgd(n, kind.numbers, kind.roundings, l2) }},
					trial{"momentum_step, " + name, func(s *stage) { s.momentum(n, kind.numbers, kind.roundings, l2) }},
					trial{"adam_step, " + name, func(s *stage) { s.adam(n, kind.numbers, kind.roundings, l2) }})
			}
		}
		list = append(list, trial{fmt.Sprintf("adam_step, perfect squares, %d", n), func(s *stage) { s.perfectSquares(n) }})
	}
	return list
}

// sgd allows four roundings: of L2·p, of the sum with g, of the product with the rate
// and of the difference.
func (s *stage) sgd(n int, numbers generator, rounded int, l2 float64) {
	p, g := s.numbers(numbers, n), s.numbers(numbers, n)
	const rate = 0.5
	want, size := make([]float64, n), make([]float64, n)
	for i := range p {
		want[i] = p[i] - rate*(g[i]+l2*p[i])
		size[i] = math.Abs(p[i]) + rate*(math.Abs(g[i])+l2*math.Abs(p[i]))
	}
	b := buffer[float32](s, "p", p)
	s.elementwise("sgd_step", n, b, readOnly[float32](s, "g", g), s.rates(rate), s.step(), float32(l2), n)
	check[float32](s, b, want, roundings(4*rounded, size))
}

// momentum allows four roundings for v, and two more for p.
func (s *stage) momentum(n int, numbers generator, rounded int, l2 float64) {
	p, v, g := s.numbers(numbers, n), s.numbers(numbers, n), s.numbers(numbers, n)
	const rate, mu = 0.5, 0.75
	wantP, sizeP, wantV, sizeV := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		wantV[i] = mu*v[i] + (g[i] + l2*p[i])
		sizeV[i] = mu*math.Abs(v[i]) + (math.Abs(g[i]) + l2*math.Abs(p[i]))
		wantP[i] = p[i] - rate*wantV[i]
		sizeP[i] = math.Abs(p[i]) + rate*sizeV[i]
	}
	bp, bv := buffer[float32](s, "p", p), buffer[float32](s, "v", v)
	s.elementwise("momentum_step", n, bp, bv, readOnly[float32](s, "g", g), s.rates(rate), s.step(), float32(mu), float32(l2), n)
	check[float32](s, bv, wantV, roundings(4*rounded, sizeV))
	check[float32](s, bp, wantP, roundings(6*rounded, sizeP))
}

// adam allows what the tests of all backends do: for m the roundings of d, of its
// product and of the sum; in v those of d count twice, and there is one more product; in
// p there are those of m, half of those of v, and five more. Squares away from zero keep
// the quotient's error small.
func (s *stage) adam(n int, numbers generator, rounded int, l2 float64) {
	p, m, g := s.numbers(numbers, n), s.numbers(numbers, n), s.numbers(numbers, n)
	v := s.numbers(func(r *rand.Rand) float64 { return 0.25 + r.Float64() }, n)
	const rate, epsilon = 0.5, 0.125
	beta1, beta2 := float64(float32(0.9)), float64(float32(0.999))
	want := [3][]float64{}
	size := [3][]float64{}
	for i := range p {
		d, sized := g[i]+l2*p[i], math.Abs(g[i])+l2*math.Abs(p[i])
		mean, square := beta1*m[i]+(1-beta1)*d, beta2*v[i]+(1-beta2)*d*d
		sizeM, sizeV := beta1*math.Abs(m[i])+(1-beta1)*sized, beta2*v[i]+(1-beta2)*sized*sized
		for k, x := range []float64{p[i] - rate*mean/(math.Sqrt(square)+epsilon), mean, square} {
			want[k] = append(want[k], x)
		}
		for k, x := range []float64{math.Abs(p[i]) + rate*sizeM/(math.Sqrt(square)+epsilon), sizeM, sizeV} {
			size[k] = append(size[k], x)
		}
	}
	bp, bm, bv := buffer[float32](s, "p", p), buffer[float32](s, "m", m), buffer[float32](s, "v", v)
	s.elementwise("adam_step", n, bp, bm, bv, readOnly[float32](s, "g", g), s.rates(rate), s.step(),
		float32(beta1), float32(beta2), float32(epsilon), float32(l2), n)
	check[float32](s, bm, want[1], roundings(4, size[1]))
	check[float32](s, bv, want[2], roundings(7, size[2]))
	check[float32](s, bp, want[0], roundings(13, size[0]))
}

// perfectSquares has exact results: √v + 1 is a power of two, like all other factors.
func (s *stage) perfectSquares(n int) {
	p := s.numbers(func(r *rand.Rand) float64 { return 4 * whole(r) }, n)
	m := s.numbers(whole, n)
	d := s.numbers(func(r *rand.Rand) float64 { return []float64{0, 1, 3, 7, -1, -3, -7}[r.IntN(7)] }, n)
	v, g := make([]float64, n), make([]float64, n)
	want := make([]float64, n)
	for i := range p {
		v[i], g[i] = d[i]*d[i], d[i]-0.25*p[i]
		mean := 0.5*m[i] + 0.5*d[i]
		want[i] = p[i] - 0.5*mean/(math.Abs(d[i])+1)
	}
	bp, bm, bv := buffer[float32](s, "p", p), buffer[float32](s, "m", m), buffer[float32](s, "v", v)
	s.elementwise("adam_step", n, bp, bm, bv, readOnly[float32](s, "g", g), s.rates(0.5), s.step(),
		float32(0.5), float32(0.5), float32(1), float32(0.25), n)
	check[float32](s, bp, want, exactly)
	check[float32](s, bv, v, exactly)
}

// layerTrials are those of what surrounds a layer's products, and of counters.
func layerTrials(all bool) (list []trial) {
	for _, n := range append(sizes(all, 1, 5, 32, 67), 1021, 1024, 1030) {
		for _, kind := range kinds {
			for cols := 1; cols <= n; cols = 3*cols + 1 {
				for relu := range 2 {
					list = append(list, trial{fmt.Sprintf("bias_activation, %s numbers, %d of %d, relu %d", kind.name, cols, n, relu),
						func(s *stage) { s.biasActivation(n, cols, relu, kind.numbers) }})
				}
			}
			list = append(list, trial{fmt.Sprintf("linear_backward_input_mask, %s numbers, %d", kind.name, n),
				func(s *stage) { s.mask(n, kind.numbers) }})
		}
	}
	for _, given := range []struct{ step, cursor bool }{{true, true}, {true, false}, {false, true}, {}} {
		list = append(list, trial{fmt.Sprintf("advance %v", given), func(s *stage) { s.advance(given.step, given.cursor) }})
	}
	return list
}

func (s *stage) biasActivation(n, cols, relu int, numbers generator) {
	y, b := s.numbers(numbers, n), s.numbers(numbers, cols)
	want := make([]float64, n)
	for i := range y {
		want[i] = float64(float32(y[i] + b[i%cols]))
		if relu == 1 {
			want[i] = max(want[i], 0) // NaN stays NaN
		}
	}
	buf := buffer[float32](s, "y", y)
	s.elementwise("bias_activation", n, buf, readOnly[float32](s, "b", b), n, cols, relu)
	check[float32](s, buf, want, exactly)
}

func (s *stage) mask(n int, numbers generator) {
	dx, x := s.numbers(numbers, n), s.numbers(numbers, n)
	want := make([]float64, n)
	for i := range x {
		if x[i] > 0 {
			want[i] = dx[i]
		}
	}
	buf := buffer[float32](s, "dx", dx)
	s.elementwise("linear_backward_input_mask", n, buf, readOnly[float32](s, "x", x), n)
	check[float32](s, buf, want, exactly)
}

func (s *stage) advance(step, cursor bool) {
	args := []any{nil, nil, 2, 128}
	a, b := buffer[int32](s, "step", []float64{3}), buffer[int32](s, "cursor", []float64{7})
	wantA, wantB := 3.0, 7.0
	if step {
		args[0], wantA = a, 5
	}
	if cursor {
		args[1], wantB = b, 135
	}
	s.launch("advance", line(1, 1), args...)
	check[int32](s, a, []float64{wantA}, exactly)
	check[int32](s, b, []float64{wantB}, exactly)
}
