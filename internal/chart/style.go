// Package chart draws the house's charts: curves over steps or epochs, and
// tables of numbers in colours.
//
// All of them share one style, which this file holds. A chart of a new kind is
// a function in a file of its own that makes a plot with newPlot, adds curves in
// colours of the palette, and hands a function that draws it to render, which
// returns the bytes of a PNG:
//
//	p := newPlot("learning rate", "loss")
//	logAxis(&p.X)
//	p.Add(line)
//	return render(panelWidth, panelHeight, p.Draw)
//
// Lengths are multiples of px, a pixel of a page; render puts two by two dots
// into each, so that the picture is sharp on every screen.
package chart

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
	density = 2            // dots of the PNG to a px

	panelWidth  = 480 * px
	panelHeight = 340 * px
	margin      = 14 * px // around all, and between panels

	titleSize = 15 * px
	labelSize = 13 * px // of axes, ticks and legends
	lineWidth = 2 * px
)

// Colours of all that is not data, on a light ground in every theme.
var (
	ground   = color.Gray{0xff}
	ink      = color.Gray{0x22}
	softInk  = color.Gray{0x55}
	gridLine = color.Gray{0xe4}
)

// palette tells curves apart, also for the colour-blind and, by their
// lightness, in grey: the colours of M. Okabe and K. Ito, Color Universal
// Design, 2008, without the yellow, which is too light for a line.
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // bluish green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	color.RGBA{0x00, 0x00, 0x00, 0xff}, // black
}

// dashes tell curves apart by their strokes. There are not as many as colours, so
// that the next curves of a colour have another stroke.
var dashes = [][]vg.Length{nil, {7 * px, 3 * px}, {2 * px, 2 * px}, {9 * px, 3 * px, 2 * px, 3 * px}}

// curveStyle returns how the i-th curve of a chart is drawn.
func curveStyle(i int) draw.LineStyle {
	return draw.LineStyle{
		Color:  palette[i%len(palette)],
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

// titleStyle is that of a panel's title, whose upper left corner is given.
func titleStyle() text.Style {
	s := textStyle(titleSize, ink)
	s.Font.Weight = xfont.WeightBold
	s.YAlign = draw.YTop
	return s
}

// newPlot returns a plot in the house's style with the names of its axes and a
// grid, on which curves are drawn.
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

// styleAxis sets all but the alignment of an axis's texts.
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

// render returns a PNG of the given size, which paint has drawn upon.
func render(width, height vg.Length, paint func(draw.Canvas)) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(96*density), vgimg.UseBackgroundColor(ground))
	paint(draw.New(c))
	var content bytes.Buffer
	err := png.Encode(&content, c.Image())
	return content.Bytes(), err
}

// Width returns how many pixels of a page a chart is wide, or 0 if it is none.
func Width(chart []byte) int {
	config, err := png.DecodeConfig(bytes.NewReader(chart))
	if err != nil {
		return 0
	}
	return config.Width / density
}
