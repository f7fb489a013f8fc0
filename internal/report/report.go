// Package report makes the report of a run, which is pictures, tables and one page
// that holds them all, or a page that compares several runs. It writes no files
// itself.
package report

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/png"
	"strconv"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// Setting is a line of a run's config.toml.
type Setting struct {
	Name, Value string
	Meaning     string
}

// Run is what a report says about a run.
type Run struct {
	Dir      string
	Command  string // that repeats the run
	Settings []Setting
	Summary  *run.Summary
	History  *run.History
	Rates    []float64 // the learning rate of each step, or nil if it never changed

	Tested *Tested // nil if the run left no model
}

// Tested is a run's model and its evaluation on the test images.
type Tested struct {
	Model      *model.Model
	Data       *mnist.Dataset
	Names      []string // of the classes
	Evaluation *train.Evaluation
}

// File is a file of a report.
type File struct {
	Name    string
	Content []byte
}

// The names of a report's files, except the page.
const (
	historyPicture   = "history.png"
	confusionPicture = "confusion.png"
	confusionTable   = "confusion.csv"
	errorsPicture    = "errors.png"
	weightsPicture   = "weights.png"
)

// Files returns the files of a run's report, the page last. Pictures with nothing to
// show are left out: a run without an evaluation has no history, one without a model
// has neither confusion nor weights, and one without a mistake has no errors.
func (r *Run) Files() ([]File, error) {
	p := newPage(r)
	var files []File
	if r.History.Len > 0 {
		panels := history(r.History)
		if len(r.Rates) > 0 {
			panels = append(panels, r.rates())
		}
		content, err := draw.Panels(panels...)
		if err != nil {
			return nil, err
		}
		files = append(files, File{historyPicture, content})
		if err := p.addCharts(panels); err != nil {
			return nil, err
		}
	}
	if r.Tested != nil {
		more, err := r.Tested.files(p)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	content, err := p.render("run.html")
	return append(files, File{run.ReportFile, content}), err
}

// files returns the files about the test set and adds their content to the page.
func (t *Tested) files(p *runPage) ([]File, error) {
	classes := t.Model.Classes()
	confusion := infer.Confusion(t.Data.Test.Labels, infer.Predict(t.Evaluation.Logits, classes), classes)
	matrix, err := draw.Confusion(confusion, t.Names)
	if err != nil {
		return nil, err
	}
	weights := t.weights()
	sheet, err := encode(weights.sheet().Draw())
	if err != nil {
		return nil, err
	}
	files := []File{{confusionPicture, matrix}, {confusionTable, table(confusion, t.Names)}, {weightsPicture, sheet}}
	mistakes := t.mistakes()
	if len(mistakes.samples) > 0 {
		sheet, err := encode(mistakes.sheet().Draw())
		if err != nil {
			return nil, err
		}
		files = append(files, File{errorsPicture, sheet})
	}
	p.addTest(t, confusion, matrix)
	if err := p.addGallery(&p.Mistakes, mistakes); err != nil {
		return nil, err
	}
	return files, p.addGallery(&p.Weights, weights)
}

// encode returns a drawing as PNG.
func encode(drawing image.Image, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	err = png.Encode(&content, drawing)
	return content.Bytes(), err
}

// table returns a confusion matrix as CSV: a column of labels, and one for each
// predicted class.
func table(confusion [][]int, names []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(append([]string{"label"}, names...))
	for label, row := range confusion {
		fields := []string{names[label]}
		for _, n := range row {
			fields = append(fields, strconv.Itoa(n))
		}
		w.Write(fields)
	}
	w.Flush()
	return b.Bytes()
}
