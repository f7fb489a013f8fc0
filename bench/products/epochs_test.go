package products

import (
	"context"
	"testing"

	"mnistgpu/internal/train"
)

// BenchmarkEpochs times passes over the training set, with shuffling but without
// evaluation. An epoch of a full batch is one step.
func BenchmarkEpochs(b *testing.B) {
	forAll(b, func(b *testing.B, c setting) {
		images := c.data.Train.Len()
		batch := c.config.Batch
		if batch == train.Full {
			batch = images
		}
		steps := (images + batch - 1) / batch
		c.config.Epochs, c.config.Steps = 0, steps*(b.N+1)
		watch, err := train.NewStopwatch(c.backend, c.data, c.config)
		if err != nil {
			b.Fatal(err)
		}
		take := func(epochs int) {
			if _, err := watch.Time(epochs * steps); err != nil {
				b.Fatal(err)
			}
		}
		take(1) // to warm up
		b.ResetTimer()
		take(b.N)
		seconds := b.Elapsed().Seconds() / float64(b.N)
		b.ReportMetric(float64(images)/seconds, "images/s")
		b.ReportMetric(watch.Flops()/float64(batch)*float64(images)/seconds/1e9, "GFLOP/s")
	})
}

// silent is an observer of runs that prints nothing.
type silent struct{}

func (silent) Begin(train.Plan)        {}
func (silent) Progress(train.Progress) {}
func (silent) Evaluated(train.Record)  {}

// BenchmarkRuns times whole runs, with their evaluations, and shows the accuracy on the
// test images.
func BenchmarkRuns(b *testing.B) {
	forAll(b, func(b *testing.B, c setting) {
		var last train.Record
		for b.Loop() {
			result, err := train.Run(context.Background(), c.backend, c.data, c.config, silent{}, nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			last = result.History[len(result.History)-1]
		}
		b.ReportMetric(100*last.TestAccuracy, "%test")
	})
}
