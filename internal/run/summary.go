package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/train"
)

// Summary is the result of a run: the object that train --json prints and
// summary.json holds. Accuracies are fractions of 1. Accuracies and losses belong to
// the weights that were kept; a run that diverged before its first evaluation has
// none.
type Summary struct {
	Status          string   `json:"status"`      // Done, Interrupted or Diverged
	StopReason      string   `json:"stop_reason"` // a train.StopReason
	Backend         string   `json:"backend"`
	Device          string   `json:"device"`
	Precision       string   `json:"precision"`
	Data            string   `json:"data"`
	Preset          string   `json:"preset"`
	Seed            uint64   `json:"seed"`
	Hidden          []int    `json:"hidden"`
	Batch           int      `json:"batch"`
	Steps           int      `json:"steps"`
	Epochs          float64  `json:"epochs"`
	Loss            *float64 `json:"loss"`
	TrainAccuracy   *float64 `json:"train_accuracy"`
	TestAccuracy    *float64 `json:"test_accuracy"`
	ValLoss         *float64 `json:"val_loss,omitempty"`
	ValAccuracy     *float64 `json:"val_accuracy,omitempty"`
	KeptStep        *int     `json:"kept_step,omitempty"` // with patience: the step whose weights were kept
	Seconds         float64  `json:"seconds"`
	ImagesPerSecond float64  `json:"images_per_second"`
	Saves           int      `json:"saves"`                  // states saved since the run was last started
	SaveSeconds     float64  `json:"save_seconds"`           // time the saves took, during the training
	ModelSHA256     string   `json:"model_sha256,omitempty"` // of ModelFile; see CheckModel
	RunDir          string   `json:"run_dir"`
	Error           string   `json:"error,omitempty"`           // why it diverged or missed its target
	LearnedNothing  string   `json:"learned_nothing,omitempty"` // the figures that are no better than chance
	Hint            string   `json:"hint,omitempty"`            // what to do if it diverged or learned nothing
}

// KeptEarlier reports whether the run kept weights that are not those of its last step. A
// run that diverged kept none.
func (s *Summary) KeptEarlier() bool {
	return s.KeptStep != nil && *s.KeptStep != s.Steps-1 && s.Status != Diverged
}

// Encode returns the object in one line. It panics if a number is not finite.
func (s *Summary) Encode() []byte {
	line, err := json.Marshal(s)
	if err != nil {
		panic("run: a summary that is not JSON")
	}
	return append(line, '\n')
}

// ReadSummary reads the summary.json of a run. The error is of the kind fault.BadData, which
// wraps [fs.ErrNotExist] if there is none.
func ReadSummary(dir string) (*Summary, error) {
	path := filepath.Join(dir, SummaryFile)
	content, err := readFile(path, maxSummary)
	if err != nil {
		return nil, err
	}
	s, err := decodeSummary(content)
	if err != nil {
		return nil, fault.Inf(path, "is not the summary of a run: %w", err)
	}
	return s, nil
}

// maxSummary is far more bytes than a summary needs.
const maxSummary = 64 << 10

func decodeSummary(content []byte) (*Summary, error) {
	s := new(Summary)
	if err := json.Unmarshal(content, s); err != nil {
		return nil, err
	}
	return s, s.check()
}

// check returns an error for a summary that no run can have, so that readers of
// summaries need not handle it.
func (s *Summary) check() error {
	trained := s.Loss != nil
	switch {
	case s.Status == "":
		return errors.New("it has no status")
	case s.Steps < 0 || s.Steps > train.MaxSteps:
		return fmt.Errorf("its steps must be 0 to %d (got %d)", train.MaxSteps, s.Steps)
	case s.Epochs < 0:
		return fmt.Errorf("its epochs must be 0 or more (got %v)", s.Epochs)
	case (s.TrainAccuracy != nil) != trained || (s.TestAccuracy != nil) != trained:
		return errors.New("it has only some of loss, train_accuracy and test_accuracy")
	case (s.ValLoss != nil) != (s.ValAccuracy != nil) || s.ValLoss != nil && !trained:
		return errors.New("it has only some of loss, val_loss and val_accuracy")
	case s.KeptStep != nil && s.ValLoss == nil:
		return errors.New("it has a kept_step and no val_loss")
	}
	return nil
}
