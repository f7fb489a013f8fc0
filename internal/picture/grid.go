// Package picture draws what a user looks at: images of a data set, side by
// side, with their names.
package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// Measures of a grid, in pixels.
const (
	imageSide  = 112 // about that of the longer side of a small image
	margin     = 16  // around the grid, and between images
	labelGap   = 5   // between an image and its label
	labelWidth = 176 // the most that a label takes
	maxArea    = 64 << 20
)

// Grey values of a grid. The light ground sets off both black and white images.
var (
	ground = color.Gray{0xf2}
	ink    = color.Gray{0x22}
)

// A Sample is a grey image and what it is called.
type Sample struct {
	Pixels []byte // height x width, row-major, 0 is black
	Label  string
}

// grid says where things go.
type grid struct {
	columns, rows int
	height, width int // of an image, enlarged
	scale         int
	cell          image.Point // an image with its label and the margin after it
	face          font.Face
}

// Grid draws samples of height x width pixels row by row, each over its label,
// in a grid as near to a square as they fill. Small images are enlarged by a
// whole factor, so that their pixels stay sharp. Long labels are cut. The error
// says that the picture would be larger than 2^26 pixels.
func Grid(height, width int, samples []Sample) (image.Image, error) {
	if height < 1 || width < 1 || len(samples) == 0 {
		panic("picture: Grid: nothing to draw")
	}
	face, err := newFace()
	if err != nil {
		return nil, err
	}
	defer face.Close()
	g := newGrid(height, width, samples, face)
	size := image.Pt(g.columns*g.cell.X+margin, g.rows*g.cell.Y+margin)
	if size.X*size.Y > maxArea {
		return nil, fmt.Errorf("a picture of %dx%d pixels: want at most %d in all, from fewer images", size.Y, size.X, maxArea)
	}
	canvas := image.NewGray(image.Rectangle{Max: size})
	draw.Draw(canvas, canvas.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	for i, s := range samples {
		at := image.Pt(margin+i%g.columns*g.cell.X, margin+i/g.columns*g.cell.Y)
		g.drawSample(canvas, at, s, width)
	}
	return canvas, nil
}

// newGrid measures the samples.
func newGrid(height, width int, samples []Sample, face font.Face) grid {
	g := grid{face: face, scale: max(1, imageSide/max(height, width))}
	g.height, g.width = g.scale*height, g.scale*width
	g.columns = int(math.Ceil(math.Sqrt(float64(len(samples)))))
	g.rows = (len(samples) + g.columns - 1) / g.columns
	widest := 0
	for _, s := range samples {
		widest = max(widest, font.MeasureString(face, s.Label).Ceil())
	}
	m := face.Metrics()
	g.cell = image.Pt(
		max(g.width, min(widest, labelWidth))+margin,
		g.height+labelGap+(m.Ascent+m.Descent).Ceil()+margin,
	)
	return g
}

// drawSample draws s with the upper left corner of its cell at the given point,
// image and label in the cell's middle.
func (g grid) drawSample(canvas *image.Gray, at image.Point, s Sample, width int) {
	left := at.X + (g.cell.X-margin-g.width)/2
	for y := range g.height {
		line := canvas.Pix[canvas.PixOffset(left, at.Y+y):][:g.width]
		row := s.Pixels[y/g.scale*width:][:width]
		for x := range line {
			line[x] = row[x/g.scale]
		}
	}
	room := fixed.I(g.cell.X - margin)
	label := cut(g.face, s.Label, room)
	pen := font.Drawer{Dst: canvas, Src: image.NewUniform(ink), Face: g.face}
	pen.Dot = fixed.Point26_6{
		X: fixed.I(at.X) + (room-pen.MeasureString(label))/2,
		Y: fixed.I(at.Y+g.height+labelGap) + g.face.Metrics().Ascent,
	}
	pen.DrawString(label)
}
