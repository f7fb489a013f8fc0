package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// How a trial can end. Both are results.
const (
	Done     = "done"
	Diverged = "diverged"
)

// Record is a finished trial: its outcome, what ran it, and how long that took.
type Record struct {
	Outcome
	Spec    string  `json:"spec"` // hash
	Backend string  `json:"backend"`
	Device  string  `json:"device"`
	Seconds float64 `json:"seconds"`
}

// Outcome is the part of a trial's result that does not depend on which machine runs
// it. Accuracies are fractions of 1. A trial that diverged before its first
// evaluation has none.
type Outcome struct {
	Index    int       `json:"index"`
	Settings []Setting `json:"settings"`
	Seed     uint64    `json:"seed"`

	Status           string   `json:"status"`
	Steps            int      `json:"steps"`
	Loss             *float64 `json:"loss"` // of the training set
	TrainAccuracy    *float64 `json:"train_accuracy"`
	ValAccuracy      *float64 `json:"val_accuracy,omitempty"`
	TestAccuracy     *float64 `json:"test_accuracy"`
	BestTestAccuracy *float64 `json:"best_test_accuracy"`
	BestStep         int      `json:"best_step"` // of BestTestAccuracy, from 0
	Error            string   `json:"error,omitempty"`
}

// score is the accuracy that trials are ranked by: on the validation images if there
// are any, otherwise on the test images. A diverged trial has none.
func (r *Outcome) score() (accuracy float64, ok bool) {
	switch {
	case r.Status != Done:
		return 0, false
	case r.ValAccuracy != nil:
		return *r.ValAccuracy, true
	case r.TestAccuracy != nil:
		return *r.TestAccuracy, true
	}
	return 0, false
}

// decodeRecord reads the record of a trial of spec.
func decodeRecord(content []byte, spec *Spec, index int) (*Record, error) {
	r := new(Record)
	if err := decodeStrictly(content, r); err != nil {
		return nil, err
	}
	want := spec.Trial(index)
	switch {
	case r.Spec != spec.Hash():
		return nil, errors.New("is of another sweep")
	case r.Index != index || r.Seed != want.Seed || !slices.Equal(r.Settings, want.Settings):
		return nil, fmt.Errorf("is not of trial %d", index)
	case r.Status != Done && r.Status != Diverged:
		return nil, fmt.Errorf("has the status %q", r.Status)
	case r.Steps < 0:
		return nil, fmt.Errorf("has %d steps", r.Steps)
	}
	return r, r.checkFigures()
}

// checkFigures returns an error if some of the figures are missing. Only a trial that
// diverged may lack all of them.
func (r *Outcome) checkFigures() error {
	names := []string{"loss", "training accuracy", "test accuracy", "best test accuracy"}
	figures := []*float64{r.Loss, r.TrainAccuracy, r.TestAccuracy, r.BestTestAccuracy}
	missing := slices.Index(figures, nil)
	none := r.ValAccuracy == nil && !slices.ContainsFunc(figures, func(f *float64) bool { return f != nil })
	if missing < 0 || none && r.Status == Diverged {
		return nil
	}
	return fmt.Errorf("has no %s", names[missing])
}

// encode returns v, which has no number that is not finite, as JSON.
func encode(v any) []byte {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		panic("sweep: a result that is not JSON")
	}
	return append(text, '\n')
}

// decodeStrictly reads one JSON value without unknown fields.
func decodeStrictly(content []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("is not JSON that mnistgpu wrote: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("goes on after its JSON")
	}
	return nil
}
