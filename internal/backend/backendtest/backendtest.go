// Package backendtest is the suite that every backend must pass, and the [Reference]
// that backends are judged by.
//
// A backend's test is one call:
//
//	backendtest.Run(t, func() (backend.Backend, error) { return cpu.Open(cpu.Options{}) })
//
// Each check runs small experiments twice on the backend and once on the Reference,
// always through Capture and Replay. Results must repeat to the bit, whole numbers must
// be exact, and other sums may be off by no more than float32 rounding explains.
// Inputs, and guard bytes around each tensor, must keep their bits. A table of faulty
// backends tests that the suite itself finds faults.
package backendtest

import (
	"fmt"
	"testing"

	"mnistgpu/internal/backend"
)

// A Check is one thing that a backend must do right. Run returns an error if it does
// not.
type Check struct {
	Name string
	Run  func(b backend.Backend) error
}

// Run runs all [Checks] on a backend.
func Run(t *testing.T, open func() (backend.Backend, error)) { RunAll(t, Checks(), open) }

// RunAll runs every check as a subtest, on its own backend, which is opened, used and
// closed on the subtest's goroutine.
func RunAll(t *testing.T, checks []Check, open func() (backend.Backend, error)) {
	for _, check := range checks {
		t.Run(check.Name, func(t *testing.T) {
			b, err := open()
			if err != nil {
				t.Fatal(err)
			}
			if err := check.Run(b); err != nil {
				t.Error(err)
			}
			if err := b.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// Checks returns all checks, the quick ones first.
func Checks() []Check { return checksOf(realNumbers) }

// SplitChecks returns Checks for a backend that splits the other factor of bytes into
// two numbers, which have 23 bits together. Its products of bytes may be off by more;
// all other limits, such as those of training, are the same.
func SplitChecks() []Check { return checksOf(split(realNumbers)) }

// checksOf returns all checks, with the given kinds of real numbers.
func checksOf(realNumbers []kind) []Check {
	return []Check{
		{"description", checkDescription},
		{"Alloc", checkAlloc},
		{"Upload and Download", checkCopies},
		{"Capture/wrong operands panic", checkPanics},
		trials("Advance", advanceTrials()),
		trials("graph", graphTrials()),
		trials("CrossEntropy", crossEntropyTrials()),
		trials("SGDStep", sgdStepTrials()),
		trials("MomentumStep", momentumStepTrials()),
		trials("AdamStep", adamStepTrials()),
		trials("LinearForward/whole numbers", products(wholeNumbers, smallSizes, forwardTrials)),
		trials("LinearBackwardInput/whole numbers", products(wholeNumbers, smallSizes, backwardInputTrials)),
		trials("LinearBackwardWeight/whole numbers", products(wholeNumbers, smallSizes, backwardWeightTrials)),
		trials("LinearSGD/whole numbers", products(wholeNumbers, smallSizes, linearSGDTrials)),
		trials("LinearForward/real numbers", products(realNumbers, allSizes, forwardTrials)),
		trials("LinearBackwardInput/real numbers", products(realNumbers, allSizes, backwardInputTrials)),
		trials("LinearBackwardWeight/real numbers", products(realNumbers, allSizes, backwardWeightTrials)),
		trials("LinearBackwardWeight/one sign", products(oneSigned, smallSizes, backwardWeightTrials)),
		trials("LinearSGD/real numbers", products(realNumbers, allSizes, linearSGDTrials)),
		trials("LinearForward/NaN", products(nanNumbers, smallSizes, forwardTrials)),
		trials("LinearBackwardInput/NaN", products(nanNumbers, smallSizes, backwardInputTrials)),
		trials("LinearBackwardWeight/NaN", products(nanNumbers, smallSizes, backwardWeightTrials)),
		trials("LinearSGD/NaN", products(nanNumbers, smallSizes, linearSGDTrials)),
		{"LinearForward/ReLU", checkReLU},
		trials("ClassifierSGD", classifierTrials()),
		trials("TwoLayerSGD", twoLayerTrials()),
		trials("TwoLayerSGD/training", wholeTrials()),
		trials("training", trainingTrials()),
	}
}

// trial is an experiment with a name.
type trial struct {
	name string
	play experiment
}

// trials returns the check that tries each trial of the list.
func trials(name string, list []trial) Check {
	return Check{name, func(b backend.Backend) error {
		for _, t := range list {
			if err := try(b, t.play); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return nil
	}}
}
