package bench

import (
	"fmt"
	"slices"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// productTime is the least that a sample of a product should take.
const productTime = 50 * time.Millisecond

// Product times one matrix product of a step, over all chunks of the batch, or
// what the first layer makes of the batch's bytes before it multiplies.
//
// A backend may derive something from its operands that other verbs of the step
// share, as lists of the pixels that are not zero. So that this counts once, and
// apart, a product is timed as what it takes to compute it more often, within
// one step, than once.
type Product struct {
	Name  string
	Flops float64 // zeros and all; 0 for what is made of the bytes

	b          backend.Backend
	once, more backend.Graph // with the product once a chunk, and extra times more
	extra      int
	replays    int // of each graph in a sample
	expected   time.Duration
}

// NewProducts prepares the products of a step as c has it: those of each layer,
// and first of all what is made of the images' bytes.
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

// sample replays both graphs in turn, so many times.
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

// Time takes a sample. It can be negative, where the machine has other work and
// the product is short.
func (p *Product) Time() (time.Duration, error) {
	if p.expected < 2*productTime {
		// The threads of the case before may still be looking for work.
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
		product = once - product // what was left is what came before the product
	}
	return product / time.Duration(p.replays), nil
}

// Expected is about how long a sample takes.
func (p *Product) Expected() time.Duration { return p.expected }
