package sweep

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"

	"mnistgpu/internal/fault"
)

// Results are the records of a sweep, in the order of their trials.
type Results struct {
	Spec    *Spec
	Records []*Record
	Missing []int // trials without a record
}

// Merge gathers the records of folders that have the same spec. If two folders have
// the same trial, the record of the first counts. The error is of the kind
// fault.BadData.
func Merge(folders []*Folder) (*Results, error) {
	first := folders[0]
	hash := first.Spec.Hash()
	for _, f := range folders[1:] {
		if f.Spec.Hash() != hash {
			return nil, fault.Inf(f.specPath(), "is of another sweep than %s", first.specPath())
		}
	}
	r := &Results{Spec: first.Spec}
	for i := range first.Spec.Trials {
		found, err := load(folders, i)
		if err != nil {
			return nil, err
		}
		if found == nil {
			r.Missing = append(r.Missing, i)
			continue
		}
		r.Records = append(r.Records, found)
	}
	return r, nil
}

func load(folders []*Folder, index int) (*Record, error) {
	for _, f := range folders {
		if r, err := f.Load(index); r != nil || err != nil {
			return r, err
		}
	}
	return nil, nil
}

// SaveIn writes the records into the folder at path, which it creates unless it is of
// the same sweep already. The errors are the errors of [Create] and [Folder.Save].
func (r *Results) SaveIn(path string) error {
	f, err := Create(path, r.Spec)
	if err != nil {
		return err
	}
	for _, record := range r.Records {
		if err := f.Save(record); err != nil {
			return err
		}
	}
	return nil
}

// Best returns the trial with the highest accuracy, or nil if no trial has an accuracy. Of
// equals it is the one with the lowest loss on the training images, and of those the first.
func (r *Results) Best() *Outcome {
	var best *Outcome
	var highest float64
	for _, record := range r.Records {
		accuracy, ok := record.score()
		if ok && (best == nil || accuracy > highest || accuracy == highest && *record.Loss < *best.Loss) {
			best, highest = &record.Outcome, accuracy
		}
	}
	return best
}

// CSV returns a table with a line for each record. It has no times and no devices, so
// that it depends only on the trials and not on which machine ran them.
func (r *Results) CSV() []byte {
	header := append([]string{"trial"}, r.Spec.Axes...)
	hasSeed := slices.Contains(r.Spec.Axes, seedAxis)
	if !hasSeed {
		header = append(header, seedAxis)
	}
	header = append(header, "status", "steps", "loss", "train_accuracy", "val_accuracy",
		"test_accuracy", "best_test_accuracy", "best_step", "error")
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(header)
	for _, record := range r.Records {
		line := []string{strconv.Itoa(record.Index)}
		for _, s := range record.Settings {
			line = append(line, s.Value)
		}
		if !hasSeed {
			line = append(line, strconv.FormatUint(record.Seed, 10))
		}
		w.Write(append(line, record.Status, strconv.Itoa(record.Steps),
			number(record.Loss), number(record.TrainAccuracy), number(record.ValAccuracy),
			number(record.TestAccuracy), number(record.BestTestAccuracy), strconv.Itoa(record.BestStep), record.Error))
	}
	w.Flush()
	return b.Bytes()
}

// number formats x with as few digits as represent it exactly.
func number(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

// BestJSON returns the best trial and the settings that all trials have in common:
// together, what is needed to train it again.
func (r *Results) BestJSON() []byte {
	best := struct {
		Base []Setting `json:"base"`
		Best *Outcome  `json:"best"`
	}{r.Spec.Base, r.Best()}
	return encode(best)
}
