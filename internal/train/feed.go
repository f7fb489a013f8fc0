package train

import (
	"fmt"
	"math/rand/v2"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
)

// shuffleStream is the generator's stream for the order of the images. Streams
// keep the uses of one seed apart.
const shuffleStream = 2

// newShuffle returns a generator, and a Rand that draws from it and has no state of its
// own.
func newShuffle(seed uint64) (*rand.PCG, *rand.Rand) {
	g := rand.NewPCG(seed, shuffleStream)
	return g, rand.New(g)
}

// feed is a part of the data set on the device, and the order in which it is
// read.
type feed struct {
	b              backend.Backend
	images, labels backend.Tensor // (N, pixels) and (N, 1) Uint8
	order, cursor  backend.Tensor // (N, 1) and (1, 1) Int32
	scale          float32
	permutation    []int32
}

// newFeed uploads a split and returns a feed that reads the images of the given order.
func newFeed(b backend.Backend, split mnist.Split, order []int32, scale float64) (*feed, error) {
	n := split.Len()
	f := &feed{b: b, scale: float32(scale)}
	var err error
	if f.images, err = backend.New(b, n, len(split.Images)/n, split.Images); err != nil {
		return nil, err
	}
	if f.labels, err = backend.New(b, n, 1, split.Labels); err != nil {
		return nil, err
	}
	return f.other(order)
}

// other returns a feed on the same memory that reads other images.
func (f feed) other(order []int32) (*feed, error) {
	f.permutation = order
	var err error
	if f.order, err = backend.New(f.b, len(order), 1, order); err != nil {
		return nil, err
	}
	f.cursor, err = f.b.Alloc(backend.Int32, 1, 1)
	return &f, err
}

// openFeeds uploads the data. The training set and the validation set share the memory
// of their images.
func (t *trainer) openFeeds() (err error) {
	learn, validate := inOrder(t.data.Train), []int32(nil)
	if t.plan.held > 0 {
		learn, validate = holdOut(t.data.Train.Labels, t.plan.held, t.config.Seed)
	}
	if t.feed, err = newFeed(t.b, t.data.Train, learn, t.config.PixelScale); err != nil {
		return fmt.Errorf("training set: %w", err)
	}
	test, err := newFeed(t.b, t.data.Test, inOrder(t.data.Test), t.config.PixelScale)
	if err != nil {
		return fmt.Errorf("test set: %w", err)
	}
	if t.test, err = newEvaluator(t.b, t.net, test); err != nil || validate == nil {
		return err
	}
	validation, err := t.feed.other(validate)
	if err != nil {
		return fmt.Errorf("validation set: %w", err)
	}
	t.validation, err = newEvaluator(t.b, t.net, validation)
	return err
}

// inOrder numbers the images of a split.
func inOrder(split mnist.Split) []int32 {
	order := make([]int32, split.Len())
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// shuffle puts the images into a new order.
func (f *feed) shuffle(draw *rand.Rand) error {
	shuffle(f.permutation, draw)
	return backend.Upload(f.b, f.order, f.permutation)
}

func shuffle(order []int32, draw *rand.Rand) {
	draw.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

// rewind goes back to the first image.
func (f *feed) rewind() error {
	return backend.Upload(f.b, f.cursor, []int32{0})
}

// batch names the next rows at the cursor.
func (f *feed) batch(rows int) nn.Batch {
	return nn.Batch{
		Images: backend.Rows{Data: f.images, Order: f.order, Cursor: f.cursor, Count: rows, Scale: f.scale},
		Labels: backend.Rows{Data: f.labels, Order: f.order, Cursor: f.cursor, Count: rows, Scale: 1},
	}
}
