package run

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"

	"mnistgpu/internal/train"
)

// columns are the columns that every history.csv has, in order.
var columns = []string{"step", "epoch", "loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"}

// optional are the columns after them. The last two need a validation set.
var optional = []string{"learning_rate", "val_loss", "val_accuracy"}

// EncodeHistory returns history.csv: a header, and a line for each record. The
// columns val_loss and val_accuracy are written only if validation is true.
func EncodeHistory(history []train.Record, validation bool) []byte {
	header := slices.Concat(columns, optional)
	written := len(header)
	if !validation {
		written -= 2
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(header[:written])
	for _, r := range history {
		line := []string{
			strconv.Itoa(r.Step), decimal(r.Epoch), decimal(r.Loss), decimal(r.TrainAccuracy),
			decimal(r.TestLoss), decimal(r.TestAccuracy), strconv.FormatFloat(r.Seconds, 'f', 3, 64),
			decimal(r.LearningRate), decimal(r.ValLoss), decimal(r.ValAccuracy),
		}
		w.Write(line[:written])
	}
	w.Flush()
	return b.Bytes()
}

// decimal formats x with as few digits as represent it exactly.
func decimal(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// History is the content of a history.csv.
type History struct {
	Len     int // of each column
	columns map[string][]float64
}

// Column returns the numbers of a column, or nil if there is no such column. NaN
// means a missing number, and for a test loss that was not finite.
func (h *History) Column(name string) []float64 { return h.columns[name] }

// Best returns the highest test accuracy, a fraction of 1. It reports false if
// there was no evaluation.
func (h *History) Best() (accuracy float64, ok bool) {
	if h.Len == 0 {
		return 0, false
	}
	return slices.Max(h.Column("test_accuracy")), true
}
