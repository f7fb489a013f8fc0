package train

import "mnistgpu/internal/backend"

// newTally allocates the counts for the given number of steps.
func newTally(b backend.Backend, steps int) (t backend.Tally, err error) {
	if t.Loss, err = b.Alloc(backend.Float64, steps, 1); err != nil {
		return t, err
	}
	if t.Hits, err = b.Alloc(backend.Int32, steps, 1); err != nil {
		return t, err
	}
	t.Step, err = b.Alloc(backend.Int32, 1, 1)
	return t, err
}

// counts holds a tally on the host: the results of each step's forward pass.
type counts struct {
	loss []float64 // summed over the step's images, in nats
	hits []int32
}

func download(b backend.Backend, t backend.Tally) (c counts, err error) {
	if c.loss, err = backend.Download[float64](b, t.Loss); err != nil {
		return c, err
	}
	c.hits, err = backend.Download[int32](b, t.Hits)
	return c, err
}

// mean returns the mean loss and the accuracy over the given steps, which saw
// the given number of images.
func (c counts) mean(first, end, images int) (loss, accuracy float64) {
	var hits int
	for i := first; i < end; i++ {
		loss += c.loss[i]
		hits += int(c.hits[i])
	}
	return loss / float64(images), float64(hits) / float64(images)
}
