package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// scored is the result of an evaluation: the object that eval --json prints. Rates are
// fractions of 1.
type scored struct {
	Status    string        `json:"status"` // done
	Backend   string        `json:"backend"`
	Device    string        `json:"device"`
	Data      string        `json:"data"`
	Count     int           `json:"count"`
	Loss      float64       `json:"loss"`
	Accuracy  float64       `json:"accuracy"`
	ECE       float64       `json:"ece"`
	Classes   []scoredClass `json:"classes"`
	Confusion [][]int       `json:"confusion"` // row: label; column: predicted

	predicted     []int
	probabilities []float64 // (N, classes)
}

type scoredClass struct {
	Class     int     `json:"class"`
	Name      string  `json:"name"`
	Count     int     `json:"count"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func newScored(b backend.Backend, names []string, data *mnist.Dataset, a *train.Evaluation) *scored {
	labels, classes := data.Test.Labels, len(names)
	s := &scored{
		Status: "done", Backend: b.Name(), Device: b.Device(), Data: data.Name,
		Count: len(labels), Loss: a.Loss, Accuracy: a.Accuracy,
		predicted:     infer.Predict(a.Logits, classes),
		probabilities: infer.Softmax(a.Logits, classes),
	}
	s.ECE = infer.CalibrationError(s.probabilities, labels, s.predicted, classes)
	s.Confusion = infer.Confusion(labels, s.predicted, classes)
	for k, c := range infer.Classes(s.Confusion) {
		s.Classes = append(s.Classes, scoredClass{k, names[k], c.Count, c.Precision, c.Recall, c.F1})
	}
	return s
}

// print writes the result, for a program or for people.
func (s *scored) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(s)
	}
	_, err := fmt.Fprintf(w, "test accuracy %.2f %% and loss %.4g on the %s test images of %s\n\n%s\n%s\ncalibration error %.2f %% (expected, in %d bins)\n",
		100*s.Accuracy, s.Loss, thousands(s.Count), s.Data, s.classTable(), s.confusionTable(), 100*s.ECE, infer.Bins)
	return err
}

// classTable returns a line for each class.
func (s *scored) classTable() string {
	width := len("class")
	for _, c := range s.Classes {
		width = max(width, utf8.RuneCountInString(c.Name))
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "label\t%-*s\tcount\tprecision\trecall\tF1\t\n", width, "class")
	for _, c := range s.Classes {
		fmt.Fprintf(table, "%d\t%-*s\t%s\t%.2f %%\t%.2f %%\t%.2f %%\t\n",
			c.Class, width, c.Name, thousands(c.Count), 100*c.Precision, 100*c.Recall, 100*c.F1)
	}
	table.Flush() // to memory, so it cannot fail
	return b.String()
}

// confusionTable returns a line for each label. A dot stands for 0, so that the
// mistakes stand out.
func (s *scored) confusionTable() string {
	width := len("0")
	for k, row := range s.Confusion {
		width = max(width, len(strconv.Itoa(k)))
		for _, n := range row {
			width = max(width, len(strconv.Itoa(n)))
		}
	}
	var b strings.Builder
	b.WriteString("label  predicted\n     ")
	for k := range s.Confusion {
		fmt.Fprintf(&b, "  %*d", width, k)
	}
	for k, row := range s.Confusion {
		fmt.Fprintf(&b, "\n%5d", k)
		for _, n := range row {
			cell := "."
			if n > 0 {
				cell = strconv.Itoa(n)
			}
			fmt.Fprintf(&b, "  %*s", width, cell)
		}
	}
	return b.String() + "\n"
}
