package runs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"mnistgpu/internal/train"
)

// columns are those that every history.csv has, in their order.
var columns = []string{"step", "epoch", "loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"}

// EncodeHistory returns history.csv: a header, and a line for each record. The
// columns val_loss and val_accuracy are there if the run had a validation set.
func EncodeHistory(history []train.Record, validation bool) []byte {
	header := slices.Concat(columns, []string{"learning_rate", "val_loss", "val_accuracy"})
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

// decimal formats x with as many digits as it has.
func decimal(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// History is a history.csv.
type History struct {
	Len     int // of each column
	columns map[string][]float64
}

// Column returns the numbers below a name, or nil if there is no such column.
func (h *History) Column(name string) []float64 { return h.columns[name] }

// Best returns the highest test accuracy, a fraction of 1. It reports false if
// there was no evaluation.
func (h *History) Best() (accuracy float64, ok bool) {
	if h.Len == 0 {
		return 0, false
	}
	return slices.Max(h.Column("test_accuracy")), true
}

// ReadHistory reads the history.csv of a run: the columns that all of them have
// and those of numbers that it may have besides. The error is an [*Error], which
// wraps [fs.ErrNotExist] if there is none.
func ReadHistory(dir string) (*History, error) {
	path := filepath.Join(dir, "history.csv")
	content, err := readFile(path, maxFile)
	if err != nil {
		return nil, err
	}
	h, err := decodeHistory(content)
	if err != nil {
		return nil, &Error{path, err}
	}
	return h, nil
}

func decodeHistory(content []byte) (*History, error) {
	lines, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("is no history of a run: %w", err)
	}
	if len(lines) == 0 {
		return nil, errors.New("is no history of a run: it is empty")
	}
	for _, name := range columns {
		if !slices.Contains(lines[0], name) {
			return nil, fmt.Errorf("is no history of a run: it has no column %q", name)
		}
	}
	h := &History{Len: len(lines) - 1, columns: map[string][]float64{}}
	for at, name := range lines[0] {
		column, err := numbers(lines[1:], at, !slices.Contains(columns, name))
		if err != nil {
			return nil, fmt.Errorf("%s, %w", name, err)
		}
		h.columns[name] = column
	}
	return h, nil
}

// numbers returns a column. One that may be missing may have fields without a
// number, which become NaN.
func numbers(lines [][]string, at int, optional bool) ([]float64, error) {
	column := make([]float64, len(lines))
	for i, line := range lines {
		v, err := strconv.ParseFloat(line[at], 64)
		finite := err == nil && !math.IsNaN(v-v)
		if !finite && !optional {
			return nil, fmt.Errorf("line %d: %q is not a finite number", i+2, line[at])
		}
		if !finite {
			v = math.NaN()
		}
		column[i] = v
	}
	return column, nil
}
