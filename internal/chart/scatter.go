package chart

import (
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter is a chart of accuracies over two logarithmic axes, in colours: the
// darker, the higher.
type Scatter struct {
	Title  string
	X, Y   string    // names of the axes
	At     []Point   // in any order
	Values []float64 // the accuracy at each point, a fraction of 1
}

// Point is a place in a chart; both coordinates are above 0.
type Point struct{ X, Y float64 }

// PNG returns the chart, with the accuracy of the highest point beside it.
func (s Scatter) PNG() ([]byte, error) {
	colors := newScale(s.Values)
	p := newPlot(s.X, s.Y)
	logAxis(&p.X)
	logAxis(&p.Y)
	best := 0
	points := make(plotter.XYs, len(s.At))
	for i, at := range s.At {
		points[i] = plotter.XY{X: at.X, Y: at.Y}
		if s.Values[i] > s.Values[best] {
			best = i
		}
	}
	style := func(i int) draw.GlyphStyle {
		return draw.GlyphStyle{Color: colors.color(s.Values[i]), Radius: 7 * px, Shape: draw.CircleGlyph{}}
	}
	rims := &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: softInk, Radius: 8 * px, Shape: draw.CircleGlyph{}}}
	label := textStyle(labelSize, ink)
	label.YAlign = draw.YCenter
	name := &plotter.Labels{
		XYs: points[best : best+1], Labels: []string{percent(s.Values[best]) + " %"},
		TextStyle: []draw.TextStyle{label}, Offset: vg.Point{X: 13 * px},
	}
	p.Add(rims, &plotter.Scatter{XYs: points, GlyphStyle: style(0), GlyphStyleFunc: style}, name)
	p.X.Min, p.X.Max = apart(p.X.Min, p.X.Max)
	p.Y.Min, p.Y.Max = apart(p.Y.Min, p.Y.Max)
	return render(panelWidth+6*margin, panelHeight+4*margin, func(c draw.Canvas) {
		c.FillText(titleStyle(), vg.Point{X: margin, Y: c.Max.Y - margin}, s.Title)
		p.Draw(draw.Crop(c, margin, -4*margin, margin, -3*margin))
	})
}

// apart widens the range of a logarithmic axis by a tenth of it at either end.
func apart(low, high float64) (float64, float64) {
	room := high / low
	if room == 1 {
		room = 10
	}
	return low / math.Pow(room, 0.1), high * math.Pow(room, 0.1)
}
