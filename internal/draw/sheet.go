package draw

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// Measures of a sheet in dots, of which density make a pixel of a page.
const (
	imageSide  = 224 // approximate longer side of an enlarged small image
	sampleGap  = 32  // around the grid, and between images
	labelGap   = 10  // between an image and its label
	labelWidth = 352 // the most room for a label
	maxArea    = 128 << 20
)

// sheetGround is the background of a sheet, from which both black and white images
// stand out.
var sheetGround = color.Gray{0xf2}

// A Sample is an image of bytes and its label.
type Sample struct {
	Pixels []byte // height x width, row-major, 0 is black
	Label  string // of one or more lines, as many for all samples of a grid
}

// Sheet is a grid of samples below a caption.
type Sheet struct {
	Caption       string // in one line, or empty
	Height, Width int    // of each sample, in pixels
	Samples       []Sample
	Palette       *Palette // nil for grey
}

// Grid draws samples of height x width grey pixels without a caption; see
// [Sheet.Draw].
func Grid(height, width int, samples []Sample) (image.Image, error) {
	return Sheet{Height: height, Width: width, Samples: samples}.Draw()
}

// Draw draws the samples row by row, each above its label, in a grid that is as near
// to a square as possible. Small images are enlarged by a whole factor, so that
// their pixels stay sharp. Long labels are cut. The error says that the picture
// would be larger than 2^27 pixels.
func (s Sheet) Draw() (image.Image, error) {
	if s.Height < 1 || s.Width < 1 || len(s.Samples) == 0 {
		panic("draw: Draw: nothing to draw")
	}
	face, err := newFace()
	if err != nil {
		return nil, err
	}
	defer face.Close()
	g := newGrid(s, face)
	if g.size.X*g.size.Y > maxArea {
		return nil, fmt.Errorf("a picture must have at most %d pixels (got %dx%d): draw fewer images", maxArea, g.size.Y, g.size.X)
	}
	canvas := g.newCanvas()
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(sheetGround), image.Point{}, draw.Src)
	if s.Caption != "" {
		g.write(canvas, image.Pt(sampleGap, sampleGap), s.Caption)
	}
	for i, sample := range s.Samples {
		g.drawSample(canvas, image.Pt(sampleGap+i%g.columns*g.cell.X, g.top+i/g.columns*g.cell.Y), sample)
	}
	return canvas, nil
}

// grid is the layout of a sheet.
type grid struct {
	Sheet
	columns int
	scale   int
	top     int         // of the first row
	cell    image.Point // an image with its label and the margin after it
	size    image.Point // of all
	face    font.Face
	line    int // height of a line of text
}

// newGrid measures the sheet.
func newGrid(s Sheet, face font.Face) grid {
	m := face.Metrics()
	g := grid{
		Sheet: s, face: face, line: (m.Ascent + m.Descent).Ceil(), top: sampleGap,
		scale:   max(1, imageSide/max(s.Height, s.Width)),
		columns: int(math.Ceil(math.Sqrt(float64(len(s.Samples))))),
	}
	widest, lines := 0, 1
	for _, sample := range s.Samples {
		texts := strings.Split(sample.Label, "\n")
		lines = max(lines, len(texts))
		for _, text := range texts {
			widest = max(widest, font.MeasureString(face, text).Ceil())
		}
	}
	g.cell = image.Pt(
		max(g.scale*s.Width, min(widest, labelWidth))+sampleGap,
		g.scale*s.Height+labelGap+lines*g.line+sampleGap,
	)
	caption := 0
	if s.Caption != "" {
		caption = font.MeasureString(face, s.Caption).Ceil() + sampleGap
		g.top += g.line + sampleGap
	}
	rows := (len(s.Samples) + g.columns - 1) / g.columns
	g.size = image.Pt(max(g.columns*g.cell.X, caption)+sampleGap, g.top+rows*g.cell.Y)
	return g
}

func (g grid) newCanvas() draw.Image {
	if g.Palette == nil {
		return image.NewGray(image.Rectangle{Max: g.size})
	}
	return image.NewRGBA(image.Rectangle{Max: g.size})
}

// drawSample draws s in the cell whose upper left corner is the given point, with
// image and label centred in the cell.
func (g grid) drawSample(canvas draw.Image, at image.Point, s Sample) {
	left := at.X + (g.cell.X-sampleGap-g.scale*g.Width)/2
	for y := range g.scale * g.Height {
		g.drawRow(canvas, left, at.Y+y, s.Pixels[y/g.scale*g.Width:][:g.Width])
	}
	room := fixed.I(g.cell.X - sampleGap)
	for i, text := range strings.Split(s.Label, "\n") {
		text = shorten(text, func(s string) bool { return font.MeasureString(g.face, s) <= room })
		indent := (room - font.MeasureString(g.face, text)) / 2
		g.write(canvas, image.Pt(at.X+indent.Round(), at.Y+g.scale*g.Height+labelGap+i*g.line), text)
	}
}

// drawRow draws a row of enlarged pixels.
func (g grid) drawRow(canvas draw.Image, left, y int, row []byte) {
	switch canvas := canvas.(type) {
	case *image.Gray:
		line := canvas.Pix[canvas.PixOffset(left, y):]
		for x := range g.scale * g.Width {
			line[x] = row[x/g.scale]
		}
	case *image.RGBA:
		for x := range g.scale * g.Width {
			canvas.SetRGBA(left+x, y, g.Palette[row[x/g.scale]])
		}
	}
}

// write draws a line of text with its upper left corner at the given point.
func (g grid) write(canvas draw.Image, at image.Point, text string) {
	pen := font.Drawer{Dst: canvas, Src: image.NewUniform(ink), Face: g.face}
	pen.Dot = fixed.Point26_6{X: fixed.I(at.X), Y: fixed.I(at.Y) + g.face.Metrics().Ascent}
	pen.DrawString(text)
}
