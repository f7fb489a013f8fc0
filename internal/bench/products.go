package bench

import (
	"fmt"
	"slices"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// productTime is the least time that a sample of a product should take.
const productTime = 50 * time.Millisecond

// Product times one matrix product of a step, over all chunks of the batch, or
// what the first layer derives from the batch's bytes before it multiplies.
//
// A backend may derive something from its operands that other verbs of the step
// share, such as lists of the pixels that are not zero. To count that only once,
// and separately, the time of a product is the extra time that a step takes when
// it computes the product more than once.
type Product struct {
	Name  string
	Flops float64 // counting zeros; 0 for what is derived from the bytes

	b          backend.Backend
	once, more backend.Graph // with the product 1 and 1+extra times a chunk
	extra      int
	replays    int // of each graph in a sample
	expected   time.Duration
}

// NewProducts prepares the products of a step configured by c: first what is
// derived from the images' bytes, then the products of each layer.
func NewProducts(b backend.Backend, data *mnist.Dataset, c train.Config) ([]*Product, error) {
	s, err := newStage(b, data, c)
	if err != nil {
		return nil, err
	}
	pixels, err := s.product("layer 1 pixels", 0, s.look)
	if err != nil {
		return nil, err
	}
	pixels.Flops = 0
	products := []*Product{pixels}
	for i := range s.layers {
		type step struct {
			name   string
			record recordFunc
		}
		rest := []step{{"forward", s.forward}, {"input gradient", s.backward}, {"weight gradient", s.update}}
		if i == 0 {
			rest = slices.Delete(rest, 1, 2)
		}
		for _, r := range rest {
			p, err := s.product(fmt.Sprintf("layer %d %s", i+1, r.name), i, r.record)
			if err != nil {
				return nil, err
			}
			products = append(products, p)
		}
	}
	return products, nil
}

// product prepares one product of a layer.
func (s *stage) product(name string, layer int, record recordFunc) (*Product, error) {
	p := &Product{Name: name, b: s.b, extra: 8}
	if s.rows > s.chunk {
		p.extra = 1
	}
	p.Flops = 2 * float64(s.rows) * float64(s.layers[layer].w.Len())
	var err error
	if p.once, err = s.capture(layer, record, 1); err != nil {
		return nil, err
	}
	if p.more, err = s.capture(layer, record, 1+p.extra); err != nil {
		return nil, err
	}
	once, more, err := p.sample(1)
	if err == nil && once+more < productTime {
		once, more, err = p.sample(1) // warm now
	}
	p.replays = int(productTime/(once+more)) + 1
	p.expected = (once + more) * time.Duration(p.replays)
	return p, err
}

// sample replays both graphs in turn, the given number of times, and returns the
// total time of each.
func (p *Product) sample(replays int) (once, more time.Duration, err error) {
	for range replays {
		a, err := replay(p.b, p.once)
		if err != nil {
			return 0, 0, err
		}
		b, err := replay(p.b, p.more)
		if err != nil {
			return 0, 0, err
		}
		once, more = once+a, more+b
	}
	return once, more, nil
}

// Time takes a sample. It can be negative if the machine has other work and the
// product is short.
func (p *Product) Time() (time.Duration, error) {
	if p.expected < 2*productTime {
		// The threads of the previous case may still be waiting for work.
		if _, _, err := p.sample(1 + p.replays/4); err != nil {
			return 0, err
		}
	}
	once, more, err := p.sample(p.replays)
	if err != nil {
		return 0, err
	}
	product := (more - once) / time.Duration(p.extra)
	if p.Flops == 0 {
		product = once - product // the rest is the time before the product
	}
	return product / time.Duration(p.replays), nil
}

// Expected is about how long a sample takes.
func (p *Product) Expected() time.Duration { return p.expected }
