package draw

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a sequence of points, joined by lines. Points that are not finite are
// left out.
type Curve struct {
	Name string
	X, Y []float64 // of the same length
}

// Panel is a chart of curves over a common axis.
type Panel struct {
	Title  string
	X, Y   string  // names of the axes
	Whole  bool    // X takes whole numbers only
	Top    float64 // upper limit of Y, or 0 for none
	Curves []Curve
}

// logFrom is the ratio of the largest to the smallest value of a panel above which
// its vertical axis is logarithmic. On a linear axis, what matters at the end of
// the curves would be squeezed into a tenth of the height.
const logFrom = 20

// dotsUpTo is the most points of a curve that are each drawn as a dot.
const dotsUpTo = 40

// Panels returns a PNG with the panels side by side, each 480 pixels of a page
// wide and 340 high, or more if its legend takes more than a line. The vertical
// axis of a panel is logarithmic where its values are positive and span more
// than a factor of 20.
func Panels(panels ...Panel) ([]byte, error) {
	if len(panels) == 0 {
		panic("draw: Panels: nothing to draw")
	}
	lines := 1
	plots := make([]*plot.Plot, len(panels))
	for i, p := range panels {
		_, n := p.legend(panelWidth - 2*margin)
		lines = max(lines, n)
		plots[i] = p.plot()
	}
	legend := vg.Length(lines) * lineHeight
	tiles := draw.Tiles{
		Cols: len(panels), Rows: 1, PadX: 2 * margin,
		PadTop: margin, PadBottom: margin, PadLeft: margin, PadRight: margin,
	}
	width, height := vg.Length(len(panels))*panelWidth, panelHeight+legend-lineHeight
	return render(width, height, func(c draw.Canvas) {
		for i, p := range panels {
			p.drawHead(tiles.At(c, i, 0))
		}
		tiles.PadTop += titleSize + headGap + legend + headGap
		for i, at := range plot.Align([][]*plot.Plot{plots}, tiles, c)[0] {
			plots[i].Draw(at)
		}
	})
}

// plot returns the panel without its title and legend.
func (p Panel) plot() *plot.Plot {
	chart := newPlot(p.X, "")
	chart.X.Tick.Marker = linearTicks{whole: p.Whole}
	for i, c := range p.Curves {
		points := c.points()
		if len(points) == 0 {
			continue
		}
		chart.Add(&plotter.Line{XYs: points, LineStyle: curveStyle(i)})
		if len(points) <= dotsUpTo {
			chart.Add(&plotter.Scatter{XYs: points, GlyphStyle: dot(curveStyle(i).Color)})
		}
	}
	widen(chart)
	if p.Top != 0 {
		chart.Y.Max = min(chart.Y.Max, p.Top)
	}
	return chart
}

// points returns the finite ones.
func (c Curve) points() plotter.XYs {
	var points plotter.XYs
	for i, x := range c.X {
		if y := c.Y[i]; !math.IsNaN(x-x) && !math.IsNaN(y-y) {
			points = append(points, plotter.XY{X: x, Y: y})
		}
	}
	return points
}

func dot(c color.Color) draw.GlyphStyle {
	return draw.GlyphStyle{Color: c, Radius: 3 * px, Shape: draw.CircleGlyph{}}
}

// widen adds some room around the data and chooses the vertical scale.
func widen(chart *plot.Plot) {
	if chart.X.Min > chart.X.Max { // no data
		chart.X.Min, chart.X.Max, chart.Y.Min, chart.Y.Max = 0, 1, 0, 1
	}
	chart.X.Min, chart.X.Max = around(chart.X.Min, chart.X.Max, 0.02)
	low, high := chart.Y.Min, chart.Y.Max
	if low > 0 && high/low > logFrom {
		logAxis(&chart.Y)
		room := math.Pow(high/low, 0.05)
		chart.Y.Min, chart.Y.Max = low/room, high*room
		return
	}
	chart.Y.Min, chart.Y.Max = around(low, high, 0.05)
}

// around widens a range by a fraction of its size at either end or, if its size is
// zero, by a tenth of its value.
func around(low, high, fraction float64) (float64, float64) {
	room := fraction * (high - low)
	if room == 0 {
		room = math.Max(math.Abs(high)*0.1, 1e-3)
	}
	return low - room, high + room
}
