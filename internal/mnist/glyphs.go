package mnist

import (
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobolditalic"
	"golang.org/x/image/font/gofont/gomonoitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A vertex is a corner of an outline. A digit is centred on (0, 0) and has
// height 1; y points down.
type vertex struct {
	x, y   float64
	nx, ny float64 // unit normal, along which the stroke grows
}

// A glyph is a digit of a face: closed polygons, those around holes in the opposite
// direction.
type glyph [][]vertex

// edgesPerHeight is how many edges of a polygon a stroke of the digit's height is
// divided into, so that straight strokes can be bent too.
const edgesPerHeight = 10

// faces returns the ten digits of each face.
var faces = sync.OnceValue(func() [][10]glyph {
	sources := [][]byte{
		goregular.TTF, gobold.TTF, goitalic.TTF,
		gomono.TTF, gomonoitalic.TTF, gomonobolditalic.TTF,
	}
	all := make([][10]glyph, len(sources))
	for i, source := range sources {
		face, err := sfnt.Parse(source)
		if err != nil {
			panic("mnist: built-in face: " + err.Error())
		}
		for digit := range all[i] {
			all[i][digit] = newGlyph(face, rune('0'+digit))
		}
	}
	return all
})

// newGlyph returns the outline of r in face, which must have it.
func newGlyph(face *sfnt.Font, r rune) glyph {
	ppem := fixed.I(int(face.UnitsPerEm())) // one unit of the face is fixed.I(1)
	var buf sfnt.Buffer
	index, err := face.GlyphIndex(&buf, r)
	if err != nil {
		panic("mnist: built-in face: " + err.Error())
	}
	bounds, _, err := face.GlyphBounds(&buf, index, ppem, font.HintingNone)
	if err != nil {
		panic("mnist: built-in face: " + err.Error())
	}
	segments, err := face.LoadGlyph(&buf, index, ppem, nil)
	if err != nil {
		panic("mnist: built-in face: " + err.Error())
	}
	return flatten(segments, bounds)
}

// flatten converts the lines and quadratic curves of an outline to polygons.
func flatten(segments sfnt.Segments, bounds fixed.Rectangle26_6) glyph {
	height := float64(bounds.Max.Y - bounds.Min.Y)
	scale := func(p fixed.Point26_6) vertex {
		return vertex{
			x: float64(2*p.X-bounds.Min.X-bounds.Max.X) / (2 * height),
			y: float64(2*p.Y-bounds.Min.Y-bounds.Max.Y) / (2 * height),
		}
	}
	var g glyph
	var from vertex
	for _, s := range segments {
		to := scale(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			g = append(g, nil)
		case sfnt.SegmentOpLineTo:
			middle := vertex{x: (from.x + to.x) / 2, y: (from.y + to.y) / 2}
			g[len(g)-1] = appendCurve(g[len(g)-1], from, middle, to)
		case sfnt.SegmentOpQuadTo:
			control := to
			to = scale(s.Args[1])
			g[len(g)-1] = appendCurve(g[len(g)-1], from, control, to)
		default:
			panic("mnist: built-in face: cubic curve")
		}
		from = to
	}
	for _, polygon := range g {
		setNormals(polygon)
	}
	return g
}

// appendCurve appends the quadratic Bézier curve from a via b to c, divided into
// edges, without a.
func appendCurve(polygon []vertex, a, b, c vertex) []vertex {
	n := 1 + int(edgesPerHeight*max(math.Abs(c.x-a.x), math.Abs(c.y-a.y)))
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n)
		polygon = append(polygon, vertex{
			x: lerp(t, lerp(t, a.x, b.x), lerp(t, b.x, c.x)),
			y: lerp(t, lerp(t, a.y, b.y), lerp(t, b.y, c.y)),
		})
	}
	return polygon
}

// setNormals sets the normal of each vertex: at right angles to the line from the
// previous vertex to the next. Outlines run clockwise around ink and
// counterclockwise around holes, so the same turn points out of the ink for both.
func setNormals(polygon []vertex) {
	n := len(polygon)
	for i := range polygon {
		before, after := polygon[(i+n-1)%n], polygon[(i+1)%n]
		dx, dy := after.x-before.x, after.y-before.y
		length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
		polygon[i].nx, polygon[i].ny = dy/length, -dx/length
	}
}

// lerp returns the point at t between a and b. The conversion keeps the compiler
// from fusing the multiplication with the addition, so that all machines agree on
// every bit.
func lerp(t, a, b float64) float64 { return a + float64(t*(b-a)) }
