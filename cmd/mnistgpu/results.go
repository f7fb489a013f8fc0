package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/rundir"
	"mnistgpu/internal/train"
)

// summary is what a run comes to: the object that --json prints and
// summary.json holds. Accuracies are fractions of 1. A run that diverged before
// its first evaluation has none.
type summary struct {
	Status          string   `json:"status"` // done, interrupted or diverged
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
	Seconds         float64  `json:"seconds"`
	ImagesPerSecond float64  `json:"images_per_second"`
	RunDir          string   `json:"run_dir"`
	Error           string   `json:"error,omitempty"`
}

func newSummary(s *settings, b backend.Backend, data *mnist.Dataset, dir *rundir.Dir, r *train.Result, err error) *summary {
	sum := &summary{
		Status: "done", Backend: b.Name(), Device: b.Device(), Precision: s.gpu.Precision.String(), Data: data.Name,
		Preset: s.preset, Seed: s.config.Seed, Hidden: s.config.Hidden, Batch: r.Batch,
		Steps: r.Steps, Epochs: r.Epochs, Seconds: r.Seconds, ImagesPerSecond: r.ImagesPerSecond,
		RunDir: dir.Path,
	}
	if n := len(r.History); n > 0 {
		last := r.History[n-1]
		sum.Loss, sum.TrainAccuracy, sum.TestAccuracy = &last.Loss, &last.TrainAccuracy, &last.TestAccuracy
	}
	var diverged *train.DivergedError
	if errors.As(err, &diverged) {
		sum.Status, sum.Error = "diverged", err.Error()
	} else if r.Interrupted {
		sum.Status = "interrupted"
	}
	return sum
}

// encode returns the object in one line.
func (s *summary) encode() []byte {
	line, err := json.Marshal(s)
	if err != nil {
		panic("mnistgpu: a summary that is no JSON")
	}
	return append(line, '\n')
}

// print writes the result, for a program or for people.
func (s *summary) print(w io.Writer, asJSON bool) error {
	if asJSON {
		_, err := w.Write(s.encode())
		return err
	}
	if s.TestAccuracy == nil {
		_, err := fmt.Fprintf(w, "results in %s\n", s.RunDir)
		return err
	}
	_, err := fmt.Fprintf(w, "test accuracy %.2f %% on %s (train %.2f %%, loss %s), %.4g epochs in %s\nresults in %s\n",
		100**s.TestAccuracy, s.Data, 100**s.TrainAccuracy, lossText(*s.Loss), s.Epochs,
		clock(time.Duration(s.Seconds*float64(time.Second))), s.RunDir)
	return err
}

// historyCSV returns the history as a table with a header.
func historyCSV(history []train.Record) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"step", "epoch", "loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"})
	for _, r := range history {
		w.Write([]string{
			strconv.Itoa(r.Step), decimal(r.Epoch), decimal(r.Loss), decimal(r.TrainAccuracy),
			decimal(r.TestLoss), decimal(r.TestAccuracy), strconv.FormatFloat(r.Seconds, 'f', 3, 64),
		})
	}
	w.Flush()
	return b.Bytes()
}

// toml is config.toml: a file of settings that repeats the run, with the data
// and the backend that it found.
func (s *settings) toml(b backend.Backend, data *mnist.Dataset) ([]byte, error) {
	made := *s
	made.backend = b.Name()
	found := map[string]string{"backend": b.Name(), "classes": strconv.Itoa(data.Classes)}
	if builtIn(s.data) {
		found["data"] = data.Name
	} else {
		dir, err := filepath.Abs(s.data)
		if err != nil {
			return nil, err
		}
		found["data"] = dir
	}
	list := made.list(func(f *pflag.Flag) string {
		if f.Name == "backend" {
			return b.Device()
		}
		_, usage := pflag.UnquoteUsage(f)
		return usage
	})
	for i, l := range list {
		if v, ok := found[l.flag.Name]; ok {
			list[i].value = v
		}
	}
	return encodeSettings(list)
}

// decimal formats x with as many digits as it has.
func decimal(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
