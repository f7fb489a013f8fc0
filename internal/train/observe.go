package train

import (
	"fmt"
	"time"

	"mnistgpu/internal/fault"
)

// An Observer follows a run. Its methods are called from Run's goroutine.
type Observer interface {
	// Begin is called before the first step.
	Begin(Plan)
	// Progress is called a few times a second, between steps.
	Progress(Progress)
	// Evaluated is called with each new line of the history.
	Evaluated(Record)
}

// Plan is what a run will do.
type Plan struct {
	TrainImages, TestImages int
	ValImages               int // held out of the training set, or 0
	Pixels, Classes         int
	Parameters              int
	Batch                   int
	Steps, StepsPerEpoch    int
	Begun                   int // steps done before, in a resumed run
	// Estimate is the expected time of the remaining steps, or 0 if the first of them
	// will show it soon enough.
	Estimate time.Duration
}

// Progress is how far a run has come.
type Progress struct {
	Step, Steps, StepsPerEpoch int
	Loss, Accuracy             float64 // over the last epoch's worth of steps
	ImagesPerSecond            float64
	Remaining                  time.Duration
}

// Record is a line of the history. Loss and TrainAccuracy come from the forward passes
// before each update, over the last epoch's worth of steps up to and including Step.
// The test and validation figures belong to the network after Step's update.
type Record struct {
	Step          int     // counted from 0
	Epoch         float64 // images seen, in multiples of the training set's size
	Loss          float64 // mean cross-entropy, in nats
	TrainAccuracy float64 // fraction of 1
	TestLoss      float64
	TestAccuracy  float64
	ValLoss       float64 // 0 without a validation set, as is ValAccuracy
	ValAccuracy   float64
	LearningRate  float64 // of Step's update
	Seconds       float64 // since the first step started
}

// A Divergence is the cause of a [*fault.Error]: the first number that was NaN or
// infinite.
type Divergence struct {
	Step   int    // counted from 0
	Tensor string // "loss", "validation loss" or a parameter's name
}

// Error is one line.
func (d *Divergence) Error() string {
	return fmt.Sprintf("diverged: %s is not finite at step %d", d.Tensor, d.Step)
}

// diverged returns the error of a run that has diverged.
func diverged(step int, tensor string) error {
	return &fault.Error{Kind: fault.Diverged, Err: &Divergence{step, tensor}}
}
