package train

import (
	"math"

	"mnistgpu/internal/mnist"
)

// Chance is how well images can be classified by one who knows how frequent the classes
// are, and does not look at the images.
type Chance struct {
	Loss     float64 // mean cross-entropy of always answering with the frequencies f, in nats: -Σ f·ln f
	Accuracy float64 // of always naming the most frequent class
}

// ChanceOf returns the chance for images of the given labels.
func ChanceOf(labels []byte) (c Chance) {
	var count [mnist.MaxClasses]int
	for _, label := range labels {
		count[label]++
	}
	for _, n := range count {
		if f := float64(n) / float64(len(labels)); f > 0 {
			c.Loss -= f * math.Log(f)
			c.Accuracy = max(c.Accuracy, f)
		}
	}
	return c
}

// Beaten reports whether a network with the given figures has learned something. Its
// accuracy has to be above chance and, unless it is so by a tenth of all that is left, its
// loss has to be below: a network of large weights may be right mostly and have a large
// loss for the rest. Figures that are NaN beat nothing.
func (c Chance) Beaten(loss, accuracy float64) bool {
	return accuracy > c.Accuracy && (loss < c.Loss || accuracy > c.Accuracy+(1-c.Accuracy)/10)
}

// LearnedNothing reports whether the kept weights beat chance neither on the training nor
// on the test images of data, which the run was on. Less than an epoch is no failure.
func (r *Result) LearnedNothing(data *mnist.Dataset) bool {
	kept := r.History[r.Kept]
	return r.Epochs >= 1 && !ChanceOf(data.Train.Labels).Beaten(kept.Loss, kept.TrainAccuracy) &&
		!ChanceOf(data.Test.Labels).Beaten(kept.TestLoss, kept.TestAccuracy)
}
