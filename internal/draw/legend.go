package draw

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of a panel's head: its title, and below it the legend, outside the plot
// so that no curve can run into it.
const (
	lineHeight = 20 * px
	stroke     = 26 * px // of a legend's line
	strokeGap  = 6 * px  // between the line and its name
	entryGap   = 18 * px
	headGap    = 6 * px
)

// entry is the place of a curve in a legend.
type entry struct {
	x    vg.Length // from the left edge
	line int
}

// legend lays out the names of the curves in lines of the given width.
func (p Panel) legend(width vg.Length) (entries []entry, lines int) {
	style := textStyle(labelSize, ink)
	var next entry
	for _, curve := range p.Curves {
		own := stroke + strokeGap + style.Width(curve.Name)
		if next.x > 0 && next.x+own > width {
			next = entry{line: next.line + 1}
		}
		entries = append(entries, next)
		next.x += own + entryGap
	}
	return entries, next.line + 1
}

// drawHead draws the title and the legend at the top of c.
func (p Panel) drawHead(c draw.Canvas) {
	title, unit := titleStyle(), textStyle(labelSize, softInk)
	unit.YAlign = draw.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, p.Title)
	c.FillText(unit, vg.Point{X: c.Min.X + title.Width(p.Title) + 2*strokeGap, Y: c.Max.Y - px}, p.Y)
	style := textStyle(labelSize, ink)
	style.YAlign = draw.YCenter
	entries, _ := p.legend(c.Max.X - c.Min.X)
	for i, e := range entries {
		x, y := c.Min.X+e.x, c.Max.Y-titleSize-headGap-(vg.Length(e.line)+0.5)*lineHeight
		c.StrokeLine2(curveStyle(i), x, y, x+stroke, y)
		if len(p.Curves[i].points()) <= dotsUpTo {
			c.DrawGlyph(dot(curveStyle(i).Color), vg.Point{X: x + stroke/2, Y: y})
		}
		c.FillText(style, vg.Point{X: x + stroke + strokeGap, Y: y + px}, p.Curves[i].Name)
	}
}
