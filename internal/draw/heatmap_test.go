package draw

import (
	"math"
	"testing"
)

// TestHeatmapColoursItsCells checks that most of each cell has its colour, and that no
// cell has the colour of an accuracy that does not occur.
func TestHeatmapColoursItsCells(t *testing.T) {
	values := [][]float64{{0.5, 0.9, 0.95}, {0.8, math.NaN(), 0.97}}
	h := Heatmap{
		Title: "t", X: "lr", Y: "hidden", Columns: []string{"1", "2", "3"}, Rows: []string{"a", "b"},
		Values: values, Instead: [][]string{{"", "", ""}, {"", "none", ""}},
	}
	content, err := h.PNG()
	picture := decode(t, content, err)
	s := newScale(values...)
	const cell = 74 * 44 * density * density // dots, without the gap
	for _, v := range []float64{0.5, 0.8, 0.9, 0.95, 0.97} {
		if n := dots(picture, picture.Bounds(), s.color(v)); n < cell*8/10 || n > cell {
			t.Errorf("%d dots have the colour of %v, want most of %d", n, v, cell)
		}
	}
	if n := dots(picture, picture.Bounds(), s.color(0.7)); n > cell/100 {
		t.Errorf("%d dots have the colour of 0.7, which is not there", n)
	}
}

func TestScatterColoursItsPoints(t *testing.T) {
	c := Scatter{Title: "t", X: "lr", Y: "hidden", At: []Point{{0.1, 100}, {1, 300}, {0.01, 30}}, Values: []float64{0.9, 0.95, 0.5}}
	content, err := c.PNG()
	picture := decode(t, content, err)
	const disc = 616 // dots, with a radius of 14
	for _, v := range c.Values {
		want := disc
		if v != 0.9 {
			want *= 2 // the lowest and the highest are in the legend too
		}
		if n := dots(picture, picture.Bounds(), newScale(c.Values).color(v)); n < want*8/10 || n > want*12/10 {
			t.Errorf("%d dots have the colour of %v, want about %d", n, v, want)
		}
	}
}

// TestScaleHalvesErrors checks that equal ratios of errors are equally far apart on the
// scale, except for the damping of the last tenth of a percent.
func TestScaleHalvesErrors(t *testing.T) {
	s := newScale([]float64{0.8, 0.9, 0.95})
	if got := s.part(0.9); !(math.Abs(got-0.5) <= 0.01) {
		t.Errorf("0.9 lies at %v between 0.8 and 0.95, want the middle", got)
	}
	if got := newScale([]float64{0.3}).part(0.3); got != 1 {
		t.Errorf("a single accuracy lies at %v", got)
	}
	if s.part(1) < s.part(0.999) || math.IsInf(s.part(1), 0) {
		t.Errorf("100 %% lies at %v", s.part(1))
	}
}
