package form

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// paint returns n images of side x side whose ink, of level 255 on 0, is a box of the
// given size at a corner.
func paint(n, side int, box func(i int) (x, y, width, height int)) []byte {
	images := make([]byte, n*side*side)
	for i := range n {
		left, top, width, height := box(i)
		for y := range height {
			row := images[(i*side+top+y)*side+left:]
			copy(row[:width], bytes.Repeat([]byte{255}, width))
		}
	}
	return images
}

func measure(images []byte, side int) Measurement {
	labels := make([]byte, len(images)/side/side)
	for i := range labels {
		labels[i] = byte(i % 2)
	}
	return Measure(images, labels, side, side, 2)
}

// as paints images of a form: boxes of 20 pixels, or 24, or of any size anywhere.
func as(f Framing, n int) []byte {
	draw := rand.New(rand.NewPCG(1, 0))
	return paint(n, 28, func(int) (x, y, width, height int) {
		width = 8 + draw.IntN(8)
		switch f {
		case Centred:
			return 14 - width/2, 4, width, 20
		case Cropped:
			return 14 - width/2, 2, width, 24
		}
		height = 4 + draw.IntN(16)
		return draw.IntN(28 - width), draw.IntN(28 - height), width, height
	})
}

func TestMeasureTellsFormsApart(t *testing.T) {
	for _, want := range []Form{{}, {Framing: Cropped, Box: 24.0 / 28}, {Framing: Whole}} {
		for _, background := range []Background{Dark, Light} {
			images := as(want.Framing, 100)
			want.Background = background
			if background == Light {
				Invert(images)
			}
			m := measure(images, 28)
			if m.Form != want {
				t.Errorf("%v on %v is measured as %+v", want.Framing, background, m.Form)
			}
			if m.Low != 0 || m.High != 255 || m.Constant != 0 || m.Images != 100 || m.Measured != 100 || m.Fewest != 50 || m.Most != 50 {
				t.Errorf("%+v", m)
			}
			if !(m.Zeros > 0.5 && m.Zeros < 0.95) { // boxes of 4x8 to 24x15 in 28x28
				t.Errorf("%v on %v: %v of the pixels are zeros", want.Framing, background, m.Zeros)
			}
		}
	}
}

// TestOneInTenMayLieElsewhere has images of which some are not centred.
func TestOneInTenMayLieElsewhere(t *testing.T) {
	for strays, want := range map[int]Framing{10: Centred, 11: Whole} {
		images := as(Centred, 100-strays)
		for range strays {
			images = append(images, paint(1, 28, func(int) (x, y, width, height int) { return 0, 0, 6, 6 })...)
		}
		if got := measure(images, 28); got.Framing != want {
			t.Errorf("with %d strays, the framing is %v, want %v", strays, got.Framing, want)
		}
	}
}

// TestSmallImages has images of 8x8 that the ink touches at the top and at the bottom, as
// those of scikit-learn.
func TestSmallImages(t *testing.T) {
	images := paint(50, 8, func(i int) (x, y, width, height int) { return 1 + i%2, 0, 4, 8 })
	if got := measure(images, 8); got.Form != (Form{Framing: Cropped, Box: 1}) {
		t.Errorf("measured as %+v", got.Form)
	}
}

func TestBackgrounds(t *testing.T) {
	draw := rand.New(rand.NewPCG(2, 0))
	fill := func(level func() int) []byte {
		images := make([]byte, 40*28*28)
		for i := range images {
			images[i] = byte(level())
		}
		return images
	}
	for name, test := range map[string]struct {
		images []byte
		want   Background
	}{
		"black":        {fill(func() int { return 0 }), Dark},
		"white":        {fill(func() int { return 255 }), Light},
		"paper":        {fill(func() int { return 170 + draw.IntN(40) }), Light},
		"a dim room":   {fill(func() int { return 20 + draw.IntN(60) }), Dark},
		"noise":        {fill(func() int { return draw.IntN(256) }), Mixed},
		"halves":       {fill(func() int { return 255 * draw.IntN(2) }), Mixed},
		"a light edge": {edged(255, 0), Mixed},
		"a dark edge":  {edged(0, 255), Mixed},
	} {
		if got := measure(test.images, 28).Background; got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		if got := BackgroundOf(test.images[:28*28], 28); got != test.want {
			t.Errorf("one image of %s: %v, want %v", name, got, test.want)
		}
	}
	if got := measure(fill(func() int { return 9 }), 28); got.Constant != 40 {
		t.Errorf("%d of 40 images are found to be of one grey", got.Constant)
	}
}

// edged is images with a border of one level around another.
func edged(edge, inside byte) []byte {
	image := bytes.Repeat([]byte{edge}, 28*28)
	for y := 1; y < 27; y++ {
		copy(image[y*28+1:], bytes.Repeat([]byte{inside}, 26))
	}
	return bytes.Repeat(image, 40)
}

func TestLine(t *testing.T) {
	images := as(Cropped, 6000)
	Invert(images)
	got := measure(images, 28).String()
	for _, want := range []string{
		"images of 28x28, pixels from 0 to 255, light background (inverted for the network), ",
		" % zeros, cropped to 86 % of the frame, 2 classes of 3000 each, measured on 4096",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

// TestDegenerateImages checks that nothing is divided by 0.
func TestDegenerateImages(t *testing.T) {
	for name, m := range map[string]Measurement{
		"no image":  Measure(nil, nil, 28, 28, 10),
		"one pixel": Measure([]byte{0, 255, 7}, []byte{0, 1, 1}, 1, 1, 2),
		"one row":   Measure(make([]byte, 30), make([]byte, 3), 1, 10, 2),
		"blank":     Measure(make([]byte, 300), make([]byte, 3), 10, 10, 2),
	} {
		if m.Framing != Whole || !(m.Zeros >= 0 && m.Zeros <= 1) || m.Check() != nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestNames(t *testing.T) {
	for _, b := range []Background{Dark, Light, Mixed} {
		if got, err := ParseBackground(b.String()); got != b || err != nil {
			t.Errorf("%v is read as %v, %v", b, got, err)
		}
	}
	for _, f := range []Framing{Centred, Cropped, Whole} {
		if got, err := ParseFraming(f.String()); got != f || err != nil {
			t.Errorf("%v is read as %v, %v", f, got, err)
		}
	}
	if _, err := ParseFraming("dark"); err == nil {
		t.Error("dark is taken for a framing")
	}
	for _, bad := range []Form{{Box: 0.5}, {Framing: Cropped}, {Framing: Cropped, Box: 1.5}, {Framing: Cropped, Box: -1}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}
