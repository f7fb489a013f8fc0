package nn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
)

// A training of a small network, straight on the contract of package backend: allocate,
// upload, capture a step, replay it, read the losses. Any backend can take the place of
// the CPU's.
func Example() {
	const examples, batch, epochs = 500, 25, 10
	const steps = epochs * examples / batch
	data := mnist.Synthetic(examples, 0, 1)
	pixels := data.Height * data.Width

	b := must(cpu.Open(cpu.Options{}))
	defer b.Close()

	// A backend owns its memory. The images go there once, as bytes. New does in one
	// call what Alloc and Upload do.
	images := must(b.Alloc(backend.Uint8, examples, pixels))
	check(backend.Upload(b, images, data.Train.Images))
	labels := must(backend.New(b, examples, 1, data.Train.Labels))

	// A step is recorded once and replayed, so what changes from one replay to the next is
	// in tensors: the number of the step, and a cursor in the order of the images, which
	// is another one in each epoch.
	step := must(b.Alloc(backend.Int32, 1, 1))
	cursor := must(b.Alloc(backend.Int32, 1, 1))
	var shuffled []int32
	draw := rand.New(rand.NewPCG(1, 0))
	for range epochs {
		for _, i := range draw.Perm(examples) {
			shuffled = append(shuffled, int32(i))
		}
	}
	order := must(backend.New(b, len(shuffled), 1, shuffled))

	// The batch is the next rows in that order. Backends make floats of the bytes.
	input := nn.Batch{
		Images: backend.Rows{Data: images, Order: order, Cursor: cursor, Count: batch, Scale: 1.0 / 255},
		Labels: backend.Rows{Data: labels, Order: order, Cursor: cursor, Count: batch},
	}

	// Learning rates, losses and numbers of right answers are tables with a row for each step.
	optimizer := nn.Optimizer{Method: nn.SGD, Step: step}
	rates := optimizer.Rates(slices.Repeat([]float64{0.2}, steps))
	optimizer.LearningRate = must(backend.New(b, steps, 1, rates))
	tally := backend.Tally{
		Loss: must(b.Alloc(backend.Float64, steps, 1)),
		Hits: must(b.Alloc(backend.Int32, steps, 1)),
		Step: step,
	}

	// Capture computes nothing. Each Replay is one step: forward, backward, update, and on to
	// the next batch.
	net := must(nn.New(b, []int{pixels, 32, data.Classes}, batch, 0.1, 1, optimizer.Method))
	graph := must(b.Capture(func(ops backend.Ops) {
		net.Step(ops, input, tally, optimizer)
		ops.Advance(step, cursor, batch)
	}))
	for range steps {
		check(graph.Replay())
	}

	// Only Download brings something back; it waits for the replays.
	losses := must(backend.Download[float64](b, tally.Loss))
	first, last := losses[0]/batch, losses[steps-1]/batch
	fmt.Printf("mean loss of the first batch: %.1f\n", first)
	fmt.Printf("of the last one below 0.5: %t\n", last < 0.5)
	// Output:
	// mean loss of the first batch: 2.3
	// of the last one below 0.5: true
}

// must returns v, and panics if there is an error.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
