// Package products has the benchmarks of the CPU: the matrix products of a step, the
// epochs and runs that consist of them, and the processor's peak, by our kernels, by
// gonum and, with the build tag openblas, by OpenBLAS.
package products

import (
	"fmt"
	"testing"
	"time"

	"mnistgpu/internal/backend"
)

// product is one matrix product of a step, over all chunks of the batch, or what the
// first layer derives from the batch's bytes.
//
// A backend may derive something from its operands that other verbs of the step share,
// such as lists of the pixels that are not zero. To count that only once, and separately,
// the time of a product is the extra time that a step takes when it computes the product
// more than once.
type product struct {
	name       string
	flops      float64       // counting zeros; 0 for what is derived from the bytes
	once, more backend.Graph // with the product 1 and 1+extra times a chunk
	extra      int
	before     bool // the time is that before the product
}

// products returns what a step consists of.
//
// For the kernels, pixels makes the lists of the rows' pixels, and columns, which is part
// of the weight gradient, those of the columns. A BLAS converts the pixels to floats, and
// columns is no more than a product with one output.
func (s *stage) products() []product {
	pixels := s.product("layer1-pixels", 0, s.look)
	columns := s.product("layer1-columns", 0, s.transpose)
	pixels.before, pixels.flops, columns.flops = true, 0, 0
	products := []product{pixels, columns}
	for i := range s.layers {
		name := fmt.Sprintf("layer%d-", i+1)
		products = append(products, s.product(name+"forward", i, s.forward))
		if i > 0 {
			products = append(products, s.product(name+"input-gradient", i, s.inputGradient))
		}
		products = append(products, s.product(name+"weight-gradient", i, s.weightGradient))
	}
	return products
}

func (s *stage) product(name string, layer int, record recordFunc) product {
	extra := 8
	if s.rows > s.chunk {
		extra = 1
	}
	return product{
		name: name, flops: 2 * float64(s.rows) * float64(s.layers[layer].w.Len()), extra: extra,
		once: s.repeated(layer, record, 1), more: s.repeated(layer, record, 1+extra),
	}
}

// replay replays g and returns how long that took.
func replay(tb testing.TB, g backend.Graph) time.Duration {
	tb.Helper()
	start := time.Now()
	if err := g.Replay(); err != nil {
		tb.Fatal(err)
	}
	return time.Since(start)
}

// measure takes n samples and returns their mean. It can be negative if the machine has
// other work and the product is short.
func (p product) measure(tb testing.TB, n int) time.Duration {
	tb.Helper()
	var once, more time.Duration
	for range n {
		once += replay(tb, p.once)
		more += replay(tb, p.more)
	}
	took := (more - once) / time.Duration(p.extra)
	if p.before {
		took = once - took
	}
	return took / time.Duration(n)
}

// BenchmarkProducts times each product of a step. Its ns/op is the time of the product,
// over all chunks of a batch.
func BenchmarkProducts(b *testing.B) {
	forAll(b, func(b *testing.B, c setting) {
		top := peak(c.multiplier)
		s := newStage(b, c.backend, c.data, c.config)
		for _, p := range s.products() {
			b.Run(p.name, func(b *testing.B) {
				p.measure(b, 1) // to warm up
				b.ResetTimer()
				took := p.measure(b, b.N).Seconds()
				b.ReportMetric(1e9*took, "ns/op")
				if p.flops > 0 {
					b.ReportMetric(p.flops/took/1e9, "GFLOP/s")
				}
				if p.flops > 0 && top > 0 {
					b.ReportMetric(100*p.flops/took/1e9/top, "%peak")
				}
			})
		}
	})
}
