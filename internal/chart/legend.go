package chart

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of a panel's head: its title, and below it a legend, where no curve
// can run into it.
const (
	lineHeight = 20 * px
	stroke     = 26 * px // of a legend's line
	strokeGap  = 6 * px  // between the line and its name
	entryGap   = 18 * px
	headGap    = 6 * px
)

// drawHead draws the title and the legend at the top of c and returns their
// height.
func (p Panel) drawHead(c draw.Canvas) vg.Length {
	c.FillText(titleStyle(), vg.Point{X: c.Min.X, Y: c.Max.Y}, p.Title)
	top := c.Max.Y - titleSize - headGap
	style := textStyle(labelSize, ink)
	style.YAlign = draw.YCenter
	x, y := c.Min.X, top-lineHeight/2
	for i, curve := range p.Curves {
		width := stroke + strokeGap + style.Width(curve.Name)
		if x > c.Min.X && x+width > c.Max.X {
			x, y = c.Min.X, y-lineHeight
		}
		c.StrokeLine2(curveStyle(i), x, y, x+stroke, y)
		if len(curve.points()) <= dotsUpTo {
			c.DrawGlyph(dot(curveStyle(i).Color), vg.Point{X: x + stroke/2, Y: y})
		}
		c.FillText(style, vg.Point{X: x + stroke + strokeGap, Y: y + px}, curve.Name)
		x += width + entryGap
	}
	return c.Max.Y - y + lineHeight/2 + headGap
}
