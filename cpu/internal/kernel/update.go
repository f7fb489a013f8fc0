package kernel

import "math"

// Momentum computes v = momentum·v + (g + l2·p) and p -= rate·v, element by
// element. All sets give the same bits.
func (s *Set) Momentum(p, v, g []float32, rate, momentum, l2 float32) {
	mustMatch(len(v) == len(p) && len(g) == len(p))
	whole := len(p) / Width * Width
	s.momentum(p[:whole], v[:whole], g[:whole], rate, momentum, l2)
	momentumGeneric(p[whole:], v[whole:], g[whole:], rate, momentum, l2)
}

// Adam computes, element by element and with d = g + l2·p,
//
//	m = beta1·m + (1-beta1)·d
//	v = beta2·v + (1-beta2)·d²
//	p -= alpha·m/(√v + epsilon)
//
// All sets give the same bits.
func (s *Set) Adam(p, m, v, g []float32, alpha, beta1, beta2, epsilon, l2 float32) {
	mustMatch(len(m) == len(p) && len(v) == len(p) && len(g) == len(p))
	whole, rest1, rest2 := len(p)/Width*Width, 1-beta1, 1-beta2
	s.adam(p[:whole], m[:whole], v[:whole], g[:whole], alpha, beta1, rest1, beta2, rest2, epsilon, l2)
	adamGeneric(p[whole:], m[whole:], v[whole:], g[whole:], alpha, beta1, rest1, beta2, rest2, epsilon, l2)
}

// The conversions keep a compiler from fusing a product and a sum into one operation,
// which would round only once.

func momentumGeneric(p, v, g []float32, rate, momentum, l2 float32) {
	v, g = v[:len(p)], g[:len(p)]
	for i, w := range p {
		v[i] = float32(momentum*v[i]) + (g[i] + float32(l2*w))
		p[i] = w - float32(rate*v[i])
	}
}

func adamGeneric(p, m, v, g []float32, alpha, beta1, rest1, beta2, rest2, epsilon, l2 float32) {
	m, v, g = m[:len(p)], v[:len(p)], g[:len(p)]
	for i, w := range p {
		d := g[i] + float32(l2*w)
		m[i] = float32(beta1*m[i]) + float32(rest1*d)
		v[i] = float32(beta2*v[i]) + float32(rest2*d*d)
		root := float32(math.Sqrt(float64(v[i])))
		p[i] = w - alpha*m[i]/(root+epsilon)
	}
}
