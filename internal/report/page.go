package report

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"path/filepath"
	"slices"
	"time"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

//go:embed page
var pageFiles embed.FS

// templates are the pages and their common parts. They have no scripts and load
// nothing from elsewhere: pictures are part of the page.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"percent": infer.Percent,
	"clock":   clock,
	"style":   style,
}).ParseFS(pageFiles, "page/*.html"))

// style returns the style sheet.
func style() (template.CSS, error) {
	content, err := pageFiles.ReadFile("page/style.css")
	return template.CSS(content), err
}

// clock formats a time in seconds for people.
func clock(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", seconds)
	}
	return d.Round(time.Second).String()
}

// runPage is the data of run.html.
type runPage struct {
	*Run
	Title    string
	Notes    []string
	Facts    []fact
	Charts   []figure
	Matrix   *figure
	Classes  []classLine
	Pairs    []pairLine
	Mistakes galleryView
	Weights  galleryView
}

// fact is a number at the top of the page.
type fact struct{ Name, Value, Note string }

// figure is a picture of the given width in pixels of the page.
type figure struct {
	Source template.URL
	Width  int
	Text   string // what it shows, for readers who cannot see it
}

type classLine struct {
	Name string
	infer.Class
}

type pairLine struct {
	Label, Predicted string
	Count            int
}

// galleryView is a gallery on the page.
type galleryView struct {
	Caption string
	Images  []tile
}

type tile struct {
	Source template.URL
	Lines  []string
}

// pairsShown is the most pairs of confused classes that a report lists.
const pairsShown = 10

func newPage(r *Run) *runPage {
	return &runPage{Run: r, Title: filepath.Base(r.Dir), Notes: notes(r.Summary), Facts: r.facts()}
}

// notes returns why a run stopped early, and which weights it kept if they are not
// the last ones.
func notes(s *run.Summary) []string {
	var list []string
	if why, ok := map[train.StopReason]string{
		train.StopPatience: "The run stopped early: its validation loss got no better.",
		train.StopTime:     "The run stopped early: its time was over.",
		train.StopTarget:   "The run stopped at its target accuracy.",
	}[train.StopReason(s.StopReason)]; ok {
		list = append(list, why)
	}
	if s.KeptEarlier() {
		list = append(list, fmt.Sprintf("The weights are those of step %d, whose validation loss is the best.", *s.KeptStep))
	}
	return list
}

// facts returns the figures of the summary, and the best accuracy of the history.
func (r *Run) facts() []fact {
	s := r.Summary
	var facts []fact
	if s.TestAccuracy != nil {
		facts = append(facts, fact{"test accuracy", infer.Percent(*s.TestAccuracy), r.bestNote()})
	}
	if s.ValAccuracy != nil {
		facts = append(facts, fact{"validation accuracy", infer.Percent(*s.ValAccuracy), ""})
	}
	if s.TrainAccuracy != nil {
		facts = append(facts, fact{"training accuracy", infer.Percent(*s.TrainAccuracy), ""})
	}
	if s.Loss != nil {
		facts = append(facts, fact{"training loss", fmt.Sprintf("%.4g", *s.Loss), ""})
	}
	return append(facts,
		fact{"time", clock(s.Seconds), fmt.Sprintf("%.3g epochs, %d steps", s.Epochs, s.Steps)},
		fact{"images a second", fmt.Sprintf("%.3g k", s.ImagesPerSecond/1000), s.Backend + ", " + s.Device})
}

// bestNote says when the test accuracy was highest, or that the final one is.
func (r *Run) bestNote() string {
	best, ok := r.History.Best()
	if !ok || best == *r.Summary.TestAccuracy {
		return "the best of the run"
	}
	x, unit := axis(r.History)
	at := slices.Index(r.History.Column("test_accuracy"), best)
	return fmt.Sprintf("best %s at %s %.4g", infer.Percent(best), unit, x[at])
}

// addCharts puts each panel on the page as a figure of its own, so that they can be
// side by side or one below the other.
func (p *runPage) addCharts(panels []draw.Panel) error {
	figures, err := figures(panels)
	p.Charts = figures
	return err
}

func figures(panels []draw.Panel) ([]figure, error) {
	var figures []figure
	for _, panel := range panels {
		content, err := draw.Panels(panel)
		if err != nil {
			return nil, err
		}
		text := fmt.Sprintf("%s by %s: a curve for each of %d", panel.Title, panel.X, len(panel.Curves))
		figures = append(figures, figure{dataURL(content), draw.Width(content), text})
	}
	return figures, nil
}

// addTest puts the metrics of the test set on the page.
func (p *runPage) addTest(t *Tested, confusion [][]int, matrix []byte) {
	p.Matrix = &figure{dataURL(matrix), draw.Width(matrix), "Confusion matrix; confusion.csv has its numbers"}
	for k, c := range infer.Classes(confusion) {
		p.Classes = append(p.Classes, classLine{t.Names[k], c})
	}
	for _, pair := range infer.MostConfused(confusion, pairsShown) {
		p.Pairs = append(p.Pairs, pairLine{t.Names[pair.Label], t.Names[pair.Predicted], pair.Count})
	}
}

// addGallery puts the images of g on the page, each as a picture of its own.
func (p *runPage) addGallery(view *galleryView, g gallery) error {
	view.Caption = g.caption
	for _, s := range g.samples {
		content, err := encode(draw.Tile(g.height, g.width, s.Pixels, g.palette), nil)
		if err != nil {
			return err
		}
		view.Images = append(view.Images, tile{dataURL(content), lines(s.Label)})
	}
	return nil
}

func lines(label string) []string {
	var list []string
	for line := range bytes.Lines([]byte(label)) {
		list = append(list, string(bytes.TrimSpace(line)))
	}
	return list
}

// dataURL returns a data URL that contains a PNG.
func dataURL(content []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(content))
}

// render returns a page.
func (p *runPage) render(name string) ([]byte, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, name, p)
	return b.Bytes(), err
}
