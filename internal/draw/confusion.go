package draw

import (
	"image/color"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of a matrix.
const (
	matrixSide = 440 * px // about the side of all cells together
	widestCell = 44 * px
	leastCell  = 4 * px
	numbered   = 24 * px  // the smallest cell that has room for a number
	nameRoom   = 110 * px // the most room that a name takes
	nameGap    = 6 * px
)

// matrix is the layout of a confusion matrix.
type matrix struct {
	counts    [][]int
	names     []string
	cell      vg.Length
	wide      bool      // names are too wide for their columns and run upwards
	nameWidth vg.Length // of the names beside the rows
	nameStep  int       // every nameStep-th name is written
	mistakes  int       // the largest count off the diagonal
}

// Confusion returns a PNG of a confusion matrix: a row for each label, a column
// for each predicted class. The diagonal is blue, stronger for a larger part of
// the row; mistakes are orange, stronger for more of them. Numbers are written
// where there is room for them.
func Confusion(counts [][]int, names []string) ([]byte, error) {
	m := newMatrix(counts, names)
	n := vg.Length(len(counts))
	left := margin + lineHeight + m.nameWidth + nameGap
	head := titleSize + headGap + lineHeight + m.headRoom()
	width := max(left+n*m.cell+margin, panelWidth)
	height := 2*margin + head + n*m.cell + headGap + 2*lineHeight
	return render(width, height, func(c draw.Canvas) {
		top := c.Max.Y - margin - head
		m.drawNames(c, left, top)
		for row := range counts {
			for column := range counts[row] {
				m.drawCell(c, left, top, row, column)
			}
		}
		m.drawText(c, left, top)
	})
}

func newMatrix(counts [][]int, names []string) matrix {
	m := matrix{counts: counts, names: make([]string, len(names)), nameStep: 1}
	m.cell = min(widestCell, max(leastCell, matrixSide/vg.Length(len(counts))))
	if m.cell < labelSize {
		m.nameStep = int(labelSize/m.cell) + 1
	}
	style := textStyle(labelSize, ink)
	for i, name := range names {
		m.names[i] = shorten(name, func(s string) bool { return style.Width(s) <= nameRoom })
		m.nameWidth = max(m.nameWidth, style.Width(m.names[i]))
		m.wide = m.wide || style.Width(m.names[i]) > m.cell-4*px
	}
	for label, row := range counts {
		for predicted, count := range row {
			if label != predicted {
				m.mistakes = max(m.mistakes, count)
			}
		}
	}
	return m
}

// headRoom is the height of the names above the columns.
func (m matrix) headRoom() vg.Length {
	if m.wide {
		return m.nameWidth + nameGap
	}
	return lineHeight
}

// drawNames writes the classes beside the rows and above the columns.
func (m matrix) drawNames(c draw.Canvas, left, top vg.Length) {
	row, column := textStyle(labelSize, ink), textStyle(labelSize, ink)
	row.XAlign, row.YAlign = draw.XRight, draw.YCenter
	column.XAlign, column.YAlign = draw.XCenter, draw.YBottom
	if m.wide {
		column.Rotation, column.XAlign, column.YAlign = quarterTurn, draw.XLeft, draw.YCenter
	}
	for i := 0; i < len(m.names); i += m.nameStep {
		middle := (vg.Length(i) + 0.5) * m.cell
		c.FillText(row, vg.Point{X: left - nameGap, Y: top - middle + px}, m.names[i])
		c.FillText(column, vg.Point{X: left + middle, Y: top + nameGap/2}, m.names[i])
	}
}

// quarterTurn turns text to run upwards.
const quarterTurn = 1.5707963267948966

// drawCell fills a cell and writes its number.
func (m matrix) drawCell(c draw.Canvas, left, top vg.Length, row, column int) {
	count := m.counts[row][column]
	part, hue, dark := 0.0, curveColors[1], 0.85
	if row == column {
		hue, dark = curveColors[0], 0.5
		if all := sum(m.counts[row]); all > 0 {
			part = float64(count) / float64(all)
		}
	} else if m.mistakes > 0 {
		part = float64(count) / float64(m.mistakes)
	}
	x, y := left+vg.Length(column)*m.cell, top-vg.Length(row+1)*m.cell
	border := min(px, m.cell/16)
	c.FillPolygon(tint(hue, part, count), []vg.Point{
		{X: x + border, Y: y + border}, {X: x + m.cell - border, Y: y + border},
		{X: x + m.cell - border, Y: y + m.cell - border}, {X: x + border, Y: y + m.cell - border},
	})
	if count == 0 || m.cell < numbered {
		return
	}
	style := textStyle(labelSize, ink)
	if part > dark {
		style.Color = ground
	}
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	number := strconv.Itoa(count)
	if widest := m.cell - 4*px; style.Width(number) > widest {
		style.Font.Size *= widest / style.Width(number)
	}
	c.FillText(style, vg.Point{X: x + m.cell/2, Y: y + m.cell/2 + px}, number)
}

// tint mixes a hue into a light grey, which stands for a count of 0. Even a count
// of 1 is visible.
func tint(hue color.Color, part float64, count int) color.Color {
	if count == 0 {
		return color.Gray{0xf5}
	}
	part = 0.08 + 0.92*part
	r, g, b, _ := hue.RGBA()
	mix := func(v uint32) uint8 { return uint8(255*(1-part) + float64(v>>8)*part) }
	return color.RGBA{mix(r), mix(g), mix(b), 0xff}
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}

// drawText writes the title, the names of the axes and what the colours mean.
func (m matrix) drawText(c draw.Canvas, left, top vg.Length) {
	c.FillText(titleStyle(), vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin}, "Confusion matrix")
	side := vg.Length(len(m.counts)) * m.cell
	style := textStyle(labelSize, softInk)
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	c.FillText(style, vg.Point{X: left + side/2, Y: top + m.headRoom()}, "predicted")
	style.Rotation = quarterTurn
	style.YAlign = draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X + margin, Y: top - side/2}, "label")
	note := textStyle(labelSize, softInk)
	note.YAlign = draw.YTop
	for i, line := range []string{
		"blue: correct, stronger for a larger part of the row",
		"orange: mistakes, stronger for more of them",
	} {
		c.FillText(note, vg.Point{X: c.Min.X + margin, Y: top - side - headGap - vg.Length(i)*lineHeight}, line)
	}
}
