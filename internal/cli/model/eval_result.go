package model

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"unicode/utf8"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// evalResult is the object that eval --json prints. Rates are fractions of 1.
type evalResult struct {
	Status    string        `json:"status"` // done
	Backend   string        `json:"backend"`
	Device    string        `json:"device"`
	Data      string        `json:"data"`
	Count     int           `json:"count"`
	Loss      float64       `json:"loss"`
	Accuracy  float64       `json:"accuracy"`
	ECE       float64       `json:"ece"`
	Classes   []classResult `json:"classes"`
	Confusion [][]int       `json:"confusion"` // row: label; column: predicted

	predicted     []int
	probabilities []float64 // (N, classes)
}

type classResult struct {
	Class     int     `json:"class"`
	Name      string  `json:"name"`
	Count     int     `json:"count"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// newEvalResult derives the result from an evaluation on the test images. The names are
// those of the classes.
func newEvalResult(b backend.Backend, names []string, data *mnist.Dataset, e *train.Evaluation) *evalResult {
	labels, classes := data.Test.Labels, len(names)
	r := &evalResult{
		Status: "done", Backend: b.Name(), Device: b.Device(), Data: data.Name,
		Count: len(labels), Loss: e.Loss, Accuracy: e.Accuracy,
		predicted:     infer.Predict(e.Logits, classes),
		probabilities: infer.Softmax(e.Logits, classes),
	}
	r.ECE = infer.CalibrationError(r.probabilities, labels, r.predicted, classes)
	r.Confusion = infer.Confusion(labels, r.predicted, classes)
	for k, c := range infer.Classes(r.Confusion) {
		r.Classes = append(r.Classes, classResult{k, names[k], c.Count, c.Precision, c.Recall, c.F1})
	}
	return r
}

// print prints the result, for a program or for people.
func (r *evalResult) print(o *ui.IO, asJSON bool) {
	if asJSON {
		o.JSON(r)
		return
	}
	o.Printf("test accuracy %.2f %% and loss %.4g on the %s test images of %s\n\n",
		100*r.Accuracy, r.Loss, ui.Thousands(r.Count), r.Data)
	printClasses(o, r.Classes)
	o.Printf("\n")
	printConfusion(o, r.Confusion)
	o.Printf("\ncalibration error %.2f %% (expected, in %d bins)\n", 100*r.ECE, infer.Bins)
}

// printClasses prints a line for each class.
func printClasses(w io.Writer, classes []classResult) {
	width := len("class")
	for _, c := range classes {
		width = max(width, utf8.RuneCountInString(c.Name))
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "label\t%-*s\tcount\tprecision\trecall\tF1\t\n", width, "class")
	for _, c := range classes {
		fmt.Fprintf(table, "%d\t%-*s\t%s\t%.2f %%\t%.2f %%\t%.2f %%\t\n",
			c.Class, width, c.Name, ui.Thousands(c.Count), 100*c.Precision, 100*c.Recall, 100*c.F1)
	}
	table.Flush()
}

// printConfusion prints a line for each label. Zeros are dots, so that the mistakes
// stand out.
func printConfusion(w io.Writer, confusion [][]int) {
	width := len("0")
	for k, row := range confusion {
		width = max(width, len(strconv.Itoa(k)))
		for _, n := range row {
			width = max(width, len(strconv.Itoa(n)))
		}
	}
	fmt.Fprint(w, "label  predicted\n     ")
	for k := range confusion {
		fmt.Fprintf(w, "  %*d", width, k)
	}
	for k, row := range confusion {
		fmt.Fprintf(w, "\n%5d", k)
		for _, n := range row {
			cell := "."
			if n > 0 {
				cell = strconv.Itoa(n)
			}
			fmt.Fprintf(w, "  %*s", width, cell)
		}
	}
	fmt.Fprintln(w)
}
