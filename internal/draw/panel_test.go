package draw

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"
)

// decode returns the picture of a chart.
func decode(t *testing.T, content []byte, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// decoded returns the picture of panels.
func decoded(t *testing.T, panels ...Panel) image.Image {
	t.Helper()
	content, err := Panels(panels...)
	return decode(t, content, err)
}

// dots counts the dots of exactly the colour c in a part of the picture.
func dots(picture image.Image, part image.Rectangle, c color.Color) int {
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if color.RGBAModel.Convert(picture.At(x, y)) == color.RGBAModel.Convert(c) {
				n++
			}
		}
	}
	return n
}

// body is the area of the curves of the i-th panel, below a head of one line.
func body(i int) image.Rectangle {
	const width, height, head = 2 * 480, 2 * 340, 2 * 70
	return image.Rect(i*width, head, (i+1)*width, height)
}

func TestEveryCurveShowsInItsPanelAlone(t *testing.T) {
	x := []float64{1, 2, 3}
	loss := Panel{Title: "Loss", Curves: []Curve{{"training", x, []float64{3, 2, 1}}, {"test", x, []float64{3, 3, 2}}}}
	accuracy := Panel{Title: "Accuracy", Curves: []Curve{{"training", x, []float64{80, 90, 95}}}}
	picture := decoded(t, loss, accuracy)
	if got, want := picture.Bounds().Size(), image.Pt(1920, 680); got != want {
		t.Fatalf("size %v: want %v", got, want)
	}
	for _, test := range []struct {
		panel, curve int
		want         bool
	}{{0, 0, true}, {0, 1, true}, {1, 0, true}, {1, 1, false}} {
		// A curve crosses most of a panel's 960 dots, four of them thick.
		if n := dots(picture, body(test.panel), curveColors[test.curve]); (n > 1000) != test.want {
			t.Errorf("curve %d has %d dots in panel %d", test.curve, n, test.panel)
		}
	}
}

func TestPointsThatAreNotFiniteAreLeftOut(t *testing.T) {
	x := []float64{1, 2, 3}
	bad := Panel{Curves: []Curve{{"a", x, []float64{math.NaN(), math.Inf(1), math.Inf(-1)}}}}
	if n := dots(decoded(t, bad), body(0), curveColors[0]); n != 0 {
		t.Errorf("%d dots of a curve without a point", n)
	}
	bad.Curves[0].Y[1] = 7
	if n := dots(decoded(t, bad), body(0), curveColors[0]); n < 50 || n > 200 {
		t.Errorf("%d dots of a single point: want those of a circle of 12 dots' width", n)
	}
	if n := dots(decoded(t, Panel{Title: "nothing"}), body(0), curveColors[0]); n != 0 {
		t.Errorf("%d dots of no curve", n)
	}
}

func TestVerticalAxis(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		top    float64
		log    bool
	}{
		{"narrow", []float64{1, 10}, 0, false},
		{"wide", []float64{1, 30}, 0, true},
		{"wide, with a zero", []float64{0, 30}, 0, false},
		{"constant", []float64{5, 5}, 0, false},
		{"percents", []float64{90, 100}, 100, false},
	} {
		p := Panel{Top: test.top, Curves: []Curve{{"a", []float64{1, 2}, test.values}}}
		y := p.plot().Y
		if _, log := y.Tick.Marker.(logTicks); log != test.log {
			t.Errorf("%s: a logarithmic axis: %v", test.name, log)
		}
		for _, v := range test.values {
			if n := y.Norm(v); !(n >= 0 && n <= 1) {
				t.Errorf("%s: %v lies at %v of the axis", test.name, v, n)
			}
		}
		if test.top != 0 && y.Max != test.top {
			t.Errorf("%s: the axis ends at %v: want %v", test.name, y.Max, test.top)
		}
	}
}

// TestLegendWraps has more names than fit on a line.
func TestLegendWraps(t *testing.T) {
	var many Panel
	for range 9 {
		many.Curves = append(many.Curves, Curve{"runs/mnist-001", []float64{1, 2}, []float64{1, 2}})
	}
	second := image.Rect(0, 2*(14+15+6+20), 480, 2*(14+15+6+20+20))
	if n := dots(decoded(t, many), second, curveColors[3]) + dots(decoded(t, many), second, curveColors[4]); n == 0 {
		t.Error("the legend has no second line")
	}
	if got := decoded(t, many).Bounds().Dy(); got < 680+2*40 {
		t.Errorf("height %d: want room for at least two lines more", got)
	}
	few := Panel{Curves: many.Curves[:1]}
	if n := dots(decoded(t, few), second, curveColors[3]); n != 0 {
		t.Error("the legend of one curve has a second line")
	}
}

func TestStylesOfCurvesDiffer(t *testing.T) {
	type look struct {
		c color.Color
		d int
	}
	seen := map[look]int{}
	for i := range 28 {
		s := curveStyle(i)
		d := len(s.Dashes)
		if d > 0 {
			d = 10*d + int(s.Dashes[0])
		}
		if j, ok := seen[look{s.Color, d}]; ok {
			t.Errorf("curves %d and %d look the same", j, i)
		}
		seen[look{s.Color, d}] = i
	}
}
