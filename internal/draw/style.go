// Package draw draws the project's pictures: charts, which are curves over steps or
// epochs and tables of numbers as colours, and sheets of small images with labels.
//
// All of them share one style, which this file defines. A new kind of chart is a
// function in a file of its own that makes a plot with newPlot, adds curves in
// curveColors, and passes a function that draws it to render, which
// returns the bytes of a PNG:
//
//	p := newPlot("learning rate", "loss")
//	logAxis(&p.X)
//	p.Add(line)
//	return render(panelWidth, panelHeight, p.Draw)
//
// Lengths are multiples of px, a pixel of a page; render draws two by two dots for
// each, so that the picture is sharp on every screen.
package draw

import (
	"bytes"
	"image/color"
	"image/png"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Measures.
const (
	px      = vg.Inch / 96 // the pixel of CSS
	density = 2            // dots of the PNG per px

	panelWidth  = 480 * px
	panelHeight = 340 * px
	margin      = 14 * px // around everything, and between panels

	titleSize = 15 * px
	labelSize = 13 * px // of axes, ticks and legends
	lineWidth = 2 * px
)

// Colours of everything but data, on a light background in every theme.
var (
	ground   = color.Gray{0xff}
	ink      = color.Gray{0x22}
	softInk  = color.Gray{0x55}
	gridLine = color.Gray{0xe4}
)

// curveColors tell curves apart, also for the colour-blind and, by
// their lightness, in grey. They are those of M. Okabe and K. Ito, Color Universal
// Design, 2008, without the yellow, which is too light for a line.
var curveColors = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // bluish green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	color.RGBA{0x00, 0x00, 0x00, 0xff}, // black
}

// dashes tell curves apart by their strokes. There are fewer of them than colours,
// so that when a colour comes again its stroke is another one.
var dashes = [][]vg.Length{nil, {7 * px, 3 * px}, {2 * px, 2 * px}, {9 * px, 3 * px, 2 * px, 3 * px}}

// curveStyle returns how the i-th curve of a chart is drawn.
func curveStyle(i int) draw.LineStyle {
	return draw.LineStyle{
		Color:  curveColors[i%len(curveColors)],
		Width:  lineWidth,
		Dashes: dashes[i%len(dashes)],
	}
}

// textStyle returns a style for text of the given size.
func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: text.Plain{Fonts: font.DefaultCache},
	}
}

// titleStyle is the style of a panel's title, positioned by its upper left corner.
func titleStyle() text.Style {
	s := textStyle(titleSize, ink)
	s.Font.Weight = xfont.WeightBold
	s.YAlign = draw.YTop
	return s
}

// newPlot returns a plot in this style, with the given names of its axes and a
// grid, to draw curves on.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = ground
	styleAxis(&p.X, x)
	styleAxis(&p.Y, y)
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	p.X.Label.TextStyle.XAlign, p.X.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
	p.Y.Label.TextStyle.XAlign, p.Y.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
	line := draw.LineStyle{Color: gridLine, Width: px}
	p.Add(&plotter.Grid{Vertical: line, Horizontal: line})
	return p
}

// styleAxis sets the style of an axis except the alignment of its texts.
func styleAxis(a *plot.Axis, name string) {
	a.Label.Text = name
	a.Label.TextStyle = textStyle(labelSize, ink)
	a.Label.Padding = 5 * px
	a.LineStyle = draw.LineStyle{Color: softInk, Width: px}
	a.Padding = 0
	a.Tick.Label = textStyle(labelSize, softInk)
	a.Tick.LineStyle = draw.LineStyle{Color: softInk, Width: px}
	a.Tick.Length = 4 * px
	a.Tick.Marker = linearTicks{}
}

// render returns a PNG of the given size, drawn by paint.
func render(width, height vg.Length, paint func(draw.Canvas)) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(96*density), vgimg.UseBackgroundColor(ground))
	paint(draw.New(c))
	var content bytes.Buffer
	err := png.Encode(&content, c.Image())
	return content.Bytes(), err
}

// Width returns the width of a chart in pixels of a page, or 0 if it is not a PNG.
func Width(chart []byte) int {
	config, err := png.DecodeConfig(bytes.NewReader(chart))
	if err != nil {
		return 0
	}
	return config.Width / density
}
