package draw

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter is a chart of accuracies over two logarithmic axes, as colours: darker
// is higher.
type Scatter struct {
	Title  string
	X, Y   string    // names of the axes
	At     []Point   // in any order
	Values []float64 // the accuracy at each point, a fraction of 1
}

// Point is a point of a chart; both coordinates are above 0.
type Point struct{ X, Y float64 }

// PNG returns the chart, with the lowest and the highest accuracy as a legend.
func (s Scatter) PNG() ([]byte, error) {
	colors := newScale(s.Values)
	p := newPlot(s.X, s.Y)
	logAxis(&p.X)
	logAxis(&p.Y)
	points := make(plotter.XYs, len(s.At))
	for i, at := range s.At {
		points[i] = plotter.XY{X: at.X, Y: at.Y}
	}
	style := func(i int) draw.GlyphStyle { return disc(colors, s.Values[i]) }
	p.Add(&plotter.Scatter{XYs: points, GlyphStyle: rim}, &plotter.Scatter{XYs: points, GlyphStyle: style(0), GlyphStyleFunc: style})
	p.X.Min, p.X.Max = apart(p.X.Min, p.X.Max)
	p.Y.Min, p.Y.Max = apart(p.Y.Min, p.Y.Max)
	return render(panelWidth, panelHeight+lineHeight, func(c draw.Canvas) {
		c = draw.Crop(c, margin, -margin, margin, -margin)
		s.drawHead(c, colors)
		p.Draw(draw.Crop(c, 0, 0, 0, -(titleSize + headGap + lineHeight + headGap)))
	})
}

// drawHead draws the title and below it the legend, at the top of c.
func (s Scatter) drawHead(c draw.Canvas, colors scale) {
	c.FillText(titleStyle(), vg.Point{X: c.Min.X, Y: c.Max.Y}, s.Title)
	style := textStyle(labelSize, ink)
	style.YAlign = draw.YCenter
	x, y := c.Min.X+rim.Radius, c.Max.Y-titleSize-headGap-lineHeight/2
	for _, end := range []struct {
		name     string
		accuracy float64
	}{{"lowest", slices.Min(s.Values)}, {"highest", slices.Max(s.Values)}} {
		c.DrawGlyph(rim, vg.Point{X: x, Y: y})
		c.DrawGlyph(disc(colors, end.accuracy), vg.Point{X: x, Y: y})
		text := fmt.Sprintf("%s %s %%", end.name, percent(end.accuracy))
		c.FillText(style, vg.Point{X: x + rim.Radius + strokeGap, Y: y + px}, text)
		x += 2*rim.Radius + strokeGap + style.Width(text) + entryGap
	}
}

// rim is drawn around a disc to set it off from the background.
var rim = draw.GlyphStyle{Color: softInk, Radius: 8 * px, Shape: draw.CircleGlyph{}}

// disc is the glyph of an accuracy.
func disc(colors scale, accuracy float64) draw.GlyphStyle {
	return draw.GlyphStyle{Color: colors.color(accuracy), Radius: 7 * px, Shape: draw.CircleGlyph{}}
}

// apart widens the range of a logarithmic axis by a tenth at either end.
func apart(low, high float64) (float64, float64) {
	room := high / low
	if room == 1 {
		room = 10
	}
	return low / math.Pow(room, 0.1), high * math.Pow(room, 0.1)
}
