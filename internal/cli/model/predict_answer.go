package model

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/ui"
)

// answers is the object that predict --json prints.
type answers struct {
	Status  string   `json:"status"` // done, or incomplete if a picture has no answer
	Backend string   `json:"backend"`
	Device  string   `json:"device"`
	Images  []answer `json:"images"`

	io     *ui.IO
	bar    *ui.Bar
	alone  bool // there is one picture
	failed []*fault.Error
}

// answer is the network's answer for one picture, or the reason why there is none.
type answer struct {
	Image string       `json:"image"`
	Top   []prediction `json:"top,omitempty"`
	Error string       `json:"error,omitempty"`
}

// prediction is a class and its probability, a fraction of 1.
type prediction struct {
	Class       int     `json:"class"`
	Name        string  `json:"name"`
	Probability float64 `json:"probability"`
}

// newAnswer keeps the most probable classes. Equal ones stay in the order of their
// labels.
func newAnswer(image string, probabilities []float64, names []string, top int) answer {
	a := answer{Image: image}
	for k, p := range probabilities {
		a.Top = append(a.Top, prediction{k, names[k], p})
	}
	slices.SortStableFunc(a.Top, func(x, y prediction) int { return cmp.Compare(y.Probability, x.Probability) })
	a.Top = a.Top[:min(top, len(a.Top))]
	return a
}

// String returns the answer in one line.
func (a answer) String() string {
	list := make([]string, len(a.Top))
	for i, p := range a.Top {
		list[i] = p.String()
	}
	return a.Image + ": " + strings.Join(list, ", ")
}

// String leaves out a name that is only the number.
func (p prediction) String() string {
	class := strconv.Itoa(p.Class)
	if p.Name != class {
		class += " (" + p.Name + ")"
	}
	return class + " " + infer.Percent(p.Probability)
}

// fail records why a picture has no answer, and prints it at once unless the picture is
// the only one.
func (a *answers) fail(image string, cause error) {
	err := fault.In(image, cause)
	a.Images = append(a.Images, answer{Image: image, Error: err.Err.Error()})
	a.Status = "incomplete"
	a.failed = append(a.failed, err)
	if !a.alone {
		a.bar.Clear()
		a.io.Fail(err)
	}
}

// err returns an error if pictures have no answer.
func (a *answers) err() error {
	switch {
	case len(a.failed) == 0:
		return nil
	case a.alone:
		return a.failed[0]
	}
	return fault.New(fault.BadData, "no answer for %d of %d pictures", len(a.failed), len(a.Images))
}

// shades are the characters for grey levels, from background to ink.
const shades = " .:-=+*#%@"

// asText draws an image with two characters for each pixel, since characters are about
// twice as high as wide.
func asText(pixels []byte, width int) string {
	var b strings.Builder
	for row := range slices.Chunk(pixels, width) {
		line := make([]byte, 0, 2*width)
		for _, v := range row {
			shade := shades[int(v)*len(shades)/256]
			line = append(line, shade, shade)
		}
		b.WriteString(strings.TrimRight(string(line), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
