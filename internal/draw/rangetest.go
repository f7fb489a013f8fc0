package draw

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// RangeTest is the loss at each learning rate of a range test, and the results
// derived from it.
type RangeTest struct {
	Title                   string
	Rates, Losses, Smoothed []float64 // of the same length
	Suggestion              float64
	Marks                   []RateMark
}

// RateMark is a named learning rate.
type RateMark struct {
	Name string
	Rate float64
}

// PNG returns the chart: the losses over a logarithmic axis, with a line at the
// suggestion and a dot on the smoothed curve at each mark. It is cut off above 1.5
// times the first smoothed loss.
func (r RangeTest) PNG() ([]byte, error) {
	if len(r.Rates) == 0 {
		panic("draw: RangeTest: nothing to draw")
	}
	p := newPlot("learning rate", "loss of a batch, nats")
	logAxis(&p.X)
	low, high := slices.Min(r.Smoothed), 1.5*r.Smoothed[0]
	low -= 0.1 * (high - low)
	p.Add(
		&plotter.Scatter{XYs: inside(r.Rates, r.Losses, high), GlyphStyle: speck},
		&plotter.Line{XYs: points(r.Rates, r.Smoothed), LineStyle: curveStyle(0)},
		&plotter.Line{XYs: plotter.XYs{{X: r.Suggestion, Y: low}, {X: r.Suggestion, Y: high}}, LineStyle: curveStyle(1)},
	)
	for i, m := range r.Marks {
		at := plotter.XYs{{X: m.Rate, Y: min(r.at(m.Rate), high)}}
		p.Add(&plotter.Scatter{XYs: at, GlyphStyle: r.mark(i)})
	}
	p.X.Min, p.X.Max = r.Rates[0]/1.3, 1.3*r.Rates[len(r.Rates)-1]
	p.Y.Min, p.Y.Max = low, high // without what is cut off
	return render(panelWidth, panelHeight, func(c draw.Canvas) {
		c = draw.Crop(c, margin, -margin, margin, -margin)
		p.Draw(draw.Crop(c, 0, 0, 0, -r.drawHead(c)))
	})
}

// speck is the dot of a single loss.
var speck = draw.GlyphStyle{Color: color.Gray{0xb0}, Radius: 1.6 * px, Shape: draw.CircleGlyph{}}

// mark is the glyph of the i-th mark: its colour differs from those of the lines,
// and its shape from those of the other marks.
func (r RangeTest) mark(i int) draw.GlyphStyle {
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}}
	return draw.GlyphStyle{Color: curveColors[2+i], Radius: 4.5 * px, Shape: shapes[i%len(shapes)]}
}

// at returns the smoothed loss at the tested rate nearest to the given one.
func (r RangeTest) at(rate float64) float64 {
	nearest := 0
	for i, x := range r.Rates {
		if math.Abs(math.Log(x/rate)) < math.Abs(math.Log(r.Rates[nearest]/rate)) {
			nearest = i
		}
	}
	return r.Smoothed[nearest]
}

// points joins two columns.
func points(x, y []float64) plotter.XYs {
	xys := make(plotter.XYs, len(x))
	for i := range x {
		xys[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return xys
}

// inside returns the points that are not above top.
func inside(x, y []float64, top float64) plotter.XYs {
	var xys plotter.XYs
	for i := range x {
		if y[i] <= top {
			xys = append(xys, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return xys
}

// drawHead draws the title and below it the legend, at the top of c, and returns
// their height.
func (r RangeTest) drawHead(c draw.Canvas) vg.Length {
	c.FillText(titleStyle(), vg.Point{X: c.Min.X, Y: c.Max.Y}, r.Title)
	style := textStyle(labelSize, ink)
	style.YAlign = draw.YCenter
	x, y := c.Min.X, c.Max.Y-titleSize-headGap-lineHeight/2
	entry := func(name string, width vg.Length, sign func()) {
		text := width + strokeGap
		if x > c.Min.X && x+text+style.Width(name) > c.Max.X {
			x, y = c.Min.X, y-lineHeight
		}
		sign()
		c.FillText(style, vg.Point{X: x + text, Y: y + px}, name)
		x += text + style.Width(name) + entryGap
	}
	line := func(i int) func() {
		return func() { c.StrokeLine2(curveStyle(i), x, y, x+stroke, y) }
	}
	entry("smoothed loss", stroke, line(0))
	entry(fmt.Sprintf("suggestion %s", short(r.Suggestion)), stroke, line(1))
	for i, m := range r.Marks {
		entry(fmt.Sprintf("%s %s", m.Name, short(m.Rate)), 2*r.mark(i).Radius, func() {
			c.DrawGlyph(r.mark(i), vg.Point{X: x + r.mark(i).Radius, Y: y})
		})
	}
	return c.Max.Y - y + lineHeight/2 + headGap
}
