package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"

	"mnistgpu/internal/infer"
)

// answers is the object that predict --json prints.
type answers struct {
	Status  string   `json:"status"` // done, or incomplete if a picture has no answer
	Backend string   `json:"backend"`
	Device  string   `json:"device"`
	Images  []answer `json:"images"`

	alone  bool // there is one picture
	bar    *progressbar.ProgressBar
	failed []error
}

// answer is the network's answer for one picture, or the reason why there is none.
type answer struct {
	Image string  `json:"image"`
	Top   []guess `json:"top,omitempty"`
	Error string  `json:"error,omitempty"`
}

// guess is a class and its probability, a fraction of 1.
type guess struct {
	Class       int     `json:"class"`
	Name        string  `json:"name"`
	Probability float64 `json:"probability"`
}

// newAnswer keeps the most probable classes. Equal ones stay in the order of their
// labels.
func newAnswer(image string, probabilities []float64, names []string, top int) answer {
	a := answer{Image: image}
	for k, p := range probabilities {
		a.Top = append(a.Top, guess{k, names[k], p})
	}
	slices.SortStableFunc(a.Top, func(x, y guess) int { return cmp.Compare(y.Probability, x.Probability) })
	a.Top = a.Top[:min(top, len(a.Top))]
	return a
}

// String returns the answer in one line.
func (a answer) String() string {
	guesses := make([]string, len(a.Top))
	for i, g := range a.Top {
		guesses[i] = g.String()
	}
	return a.Image + ": " + strings.Join(guesses, ", ")
}

// String leaves out a name that is only the number.
func (g guess) String() string {
	class := strconv.Itoa(g.Class)
	if g.Name != class {
		class += " (" + g.Name + ")"
	}
	return class + " " + infer.Percent(g.Probability)
}

// fail records why a picture has no answer, and prints it at once unless the picture is
// the only one.
func (a *answers) fail(image string, err error) {
	a.Images = append(a.Images, answer{Image: image, Error: err.Error()})
	a.Status = "incomplete"
	a.failed = append(a.failed, fmt.Errorf("%s: %w", image, err))
	if !a.alone {
		a.bar.Clear()
		fmt.Fprintf(os.Stderr, "mnistgpu: %s\n", oneLine(image+": "+err.Error()))
	}
}

// finish prints the object if asJSON is set. It returns an error if pictures have no
// answer.
func (a *answers) finish(w io.Writer, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(w).Encode(a); err != nil {
			return err
		}
	}
	if len(a.failed) == 0 {
		return nil
	}
	err := a.failed[0]
	if !a.alone {
		err = fmt.Errorf("no answer for %d of %d pictures", len(a.failed), len(a.Images))
	}
	return &failure{code: exitData, err: err}
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
