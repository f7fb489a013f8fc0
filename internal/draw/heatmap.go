package draw

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heatmap is a table of accuracies as colours: darker is higher.
type Heatmap struct {
	Title         string
	X, Y          string // what the columns and rows are
	Columns, Rows []string
	Values        [][]float64 // a slice for each row, of fractions of 1; NaN is no value
	Instead       [][]string  // likewise, the text of a cell without a value
}

// Measures of a heatmap.
const (
	cellWidth  = 76 * px
	cellHeight = 46 * px
	cellGap    = 2 * px
	letter     = 7.5 * px // approximate width of one
)

// PNG returns the table as a picture, whose size grows with the table.
func (h Heatmap) PNG() ([]byte, error) {
	longest := len(h.Y)
	for _, r := range h.Rows {
		longest = max(longest, len(r))
	}
	left := margin + vg.Length(longest)*letter + margin
	foot, head := 52*px, 66*px
	width := left + vg.Length(len(h.Columns))*cellWidth + margin
	width = max(width, 2*margin+vg.Length(len(h.Title))*letter*1.2)
	height := head + vg.Length(len(h.Rows))*cellHeight + foot
	return render(width, height, func(c draw.Canvas) {
		top := c.Max.Y - head
		c.FillText(titleStyle(), vg.Point{X: margin, Y: c.Max.Y - margin}, h.Title)
		h.drawNames(c, left, top)
		s := newScale(h.Values...)
		for i, row := range h.Values {
			for j, v := range row {
				corner := vg.Point{X: left + vg.Length(j)*cellWidth, Y: top - vg.Length(i+1)*cellHeight}
				h.drawCell(c, corner, s, v, h.Instead[i][j])
			}
		}
	})
}

// drawNames writes what the columns and rows are.
func (h Heatmap) drawNames(c draw.Canvas, left, top vg.Length) {
	style := textStyle(labelSize, softInk)
	style.YAlign = draw.YCenter
	style.XAlign = draw.XRight
	for i, name := range h.Rows {
		c.FillText(style, vg.Point{X: left - 8*px, Y: top - (vg.Length(i)+0.5)*cellHeight}, name)
	}
	style.XAlign = draw.XCenter
	bottom := top - vg.Length(len(h.Rows))*cellHeight
	for j, name := range h.Columns {
		c.FillText(style, vg.Point{X: left + (vg.Length(j)+0.5)*cellWidth, Y: bottom - 12*px}, name)
	}
	style.Color = ink
	c.FillText(style, vg.Point{X: left + vg.Length(len(h.Columns))*cellWidth/2, Y: bottom - 34*px}, h.X)
	style.XAlign = draw.XRight
	c.FillText(style, vg.Point{X: left - 8*px, Y: top + 10*px}, h.Y)
}

// drawCell draws the cell with the given lower left corner: the colour and the
// number of v or, if v is not finite, the text.
func (h Heatmap) drawCell(c draw.Canvas, corner vg.Point, s scale, v float64, text string) {
	fill, on := color.Color(gridLine), softInk
	if !math.IsNaN(v - v) {
		fill, on, text = s.color(v), s.inkOn(v), percent(v)
	}
	far := vg.Point{X: corner.X + cellWidth - cellGap, Y: corner.Y + cellHeight - cellGap}
	c.FillPolygon(fill, []vg.Point{corner, {X: far.X, Y: corner.Y}, far, {X: corner.X, Y: far.Y}})
	style := textStyle(labelSize, on)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	c.FillText(style, vg.Point{X: (corner.X + far.X) / 2, Y: (corner.Y + far.Y) / 2}, text)
}
