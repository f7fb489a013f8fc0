package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestUpdates compares every set with the formulas with each operation rounded, bit by
// bit, at lengths around that of a register.
func TestUpdates(t *testing.T) {
	for _, set := range Sets() {
		for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 160, 165} {
			testMomentum(t, set, n)
			testAdam(t, set, n)
		}
	}
}

func testMomentum(t *testing.T, set *Set, n int) {
	const rate, momentum, l2 = 0.1, 0.9, 0.01
	o := newUpdate(n)
	set.Momentum(o.p[:n], o.v[:n], o.g[:n], rate, momentum, l2)
	was := newUpdate(n)
	for i := range n {
		decay := float32(l2 * was.p[i])
		v := float32(float32(momentum)*was.v[i]) + (was.g[i] + decay)
		p := was.p[i] - float32(float32(rate)*v)
		o.expect(t, set.Name+" Momentum", i, p, was.m[i], v)
	}
	o.expectRest(t, set.Name+" Momentum", n)
}

func testAdam(t *testing.T, set *Set, n int) {
	const alpha, epsilon, l2 = 0.1, 1e-3, 0.01
	beta1, beta2 := float32(0.9), float32(0.999)
	o := newUpdate(n)
	set.Adam(o.p[:n], o.m[:n], o.v[:n], o.g[:n], alpha, beta1, beta2, epsilon, l2)
	was := newUpdate(n)
	for i := range n {
		d := was.g[i] + float32(l2*was.p[i])
		m := float32(beta1*was.m[i]) + float32((1-beta1)*d)
		part := float32((1-beta2)*d) * d
		v := float32(beta2*was.v[i]) + float32(part)
		p := was.p[i] - float32(alpha*m)/(float32(math.Sqrt(float64(v)))+epsilon)
		o.expect(t, set.Name+" Adam", i, p, m, v)
	}
	o.expectRest(t, set.Name+" Adam", n)
}

// update holds the operands of an update, the same each time, with some elements more
// than the update covers.
type update struct{ p, m, v, g []float32 }

func newUpdate(n int) *update {
	draw := rand.New(rand.NewPCG(uint64(n), 5))
	o := new(update)
	for range n + Width {
		o.p, o.m = append(o.p, float32(draw.NormFloat64())), append(o.m, float32(draw.NormFloat64()))
		o.v, o.g = append(o.v, float32(draw.Float64())), append(o.g, float32(draw.NormFloat64()))
	}
	return o
}

// expect compares element i bit by bit.
func (o *update) expect(t *testing.T, what string, i int, p, m, v float32) {
	t.Helper()
	if o.p[i] != p || o.m[i] != m || o.v[i] != v {
		t.Errorf("%s: element %d is p %v, m %v, v %v, want %v, %v, %v", what, i, o.p[i], o.m[i], o.v[i], p, m, v)
	}
}

// expectRest checks that the elements from n on are unchanged.
func (o *update) expectRest(t *testing.T, what string, n int) {
	t.Helper()
	was := newUpdate(n)
	for i := n; i < n+Width; i++ {
		o.expect(t, what, i, was.p[i], was.m[i], was.v[i])
	}
}
