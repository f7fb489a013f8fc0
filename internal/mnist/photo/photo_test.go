package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"
)

// seven paints a stroke across and one down, 60 wide and 100 high, in ink.
func seven(img draw.Image, at image.Point, ink color.Color) {
	for _, stroke := range []image.Rectangle{image.Rect(0, 0, 60, 16), image.Rect(44, 0, 60, 100)} {
		draw.Draw(img, stroke.Add(at), image.NewUniform(ink), image.Point{}, draw.Src)
	}
}

// sheet is a seven on a ground.
func sheet(width, height int, at image.Point, ground, ink color.Color) image.Image {
	// The corner is not the origin, as in part of a larger picture.
	img := image.NewNRGBA(image.Rect(-5, 7, width-5, height+7))
	draw.Draw(img, img.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	seven(img, at.Add(img.Rect.Min), ink)
	return img
}

func digit(t *testing.T, img image.Image, height, width int) []byte {
	t.Helper()
	pixels, err := Digit(img, height, width)
	if err != nil || len(pixels) != height*width {
		t.Fatalf("%d pixels and %v, want %d", len(pixels), err, height*width)
	}
	return pixels
}

// inked returns the bounds of the pixels that are at least half ink, and the centre of
// mass in pixels counted from 0.
func inked(pixels []byte, width int) (box image.Rectangle, x, y float64) {
	var mass float64
	for i, v := range pixels {
		at := image.Pt(i%width, i/width)
		if v >= 128 {
			box = box.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		}
		mass += float64(v)
		x += float64(v) * float64(at.X)
		y += float64(v) * float64(at.Y)
	}
	return box, x / mass, y / mass
}

// TestDigitIsOfMNISTsForm checks height, proportions, ink and centre, which is pixel 14
// of 28: the mean centre of mass of MNIST's images is 14.0, 14.0.
func TestDigitIsOfMNISTsForm(t *testing.T) {
	pixels := digit(t, sheet(280, 320, image.Pt(170, 30), color.White, color.Black), 28, 28)
	box, x, y := inked(pixels, 28)
	if box.Dy() != 20 || box.Dx() != 12 {
		t.Errorf("the ink is %v, want 12x20", box.Size())
	}
	// Whole pixels are off by half a pixel at most.
	if !(math.Abs(x-14) <= 0.5) || !(math.Abs(y-14) <= 0.5) {
		t.Errorf("the centre of mass is %v, %v, want 14, 14", x, y)
	}
	if pixels[0] != 0 || pixels[box.Min.Y*28+28*1+box.Max.X-2] != 255 {
		t.Errorf("background %d and ink %d, want 0 and 255", pixels[0], pixels[box.Min.Y*28+28+box.Max.X-2])
	}
}

// TestDigitIsTheSame checks that the result does not depend on how a digit is drawn.
// Levels of grey are rounded, which shows at the edges.
func TestDigitIsTheSame(t *testing.T) {
	want := digit(t, sheet(280, 320, image.Pt(90, 90), color.Black, color.White), 28, 28)
	none, red := color.NRGBA{}, color.NRGBA{200, 0, 0, 255}
	for name, img := range map[string]image.Image{
		"dark on light":         sheet(280, 320, image.Pt(90, 90), color.White, color.Black),
		"elsewhere":             sheet(500, 200, image.Pt(301, 17), color.White, color.Black),
		"at an edge":            sheet(280, 320, image.Pt(0, 0), color.White, color.Black),
		"light grey on grey":    sheet(280, 320, image.Pt(90, 90), color.Gray{100}, color.Gray{190}),
		"dark grey on grey":     sheet(280, 320, image.Pt(90, 90), color.Gray{100}, color.Gray{20}),
		"red on yellow":         sheet(280, 320, image.Pt(90, 90), color.NRGBA{255, 255, 0, 255}, red),
		"red on transparency":   sheet(280, 320, image.Pt(90, 90), none, red),
		"black on transparency": sheet(280, 320, image.Pt(90, 90), none, color.Black),
		"white on transparency": sheet(280, 320, image.Pt(90, 90), none, color.White),
		"half transparent":      sheet(280, 320, image.Pt(90, 90), none, color.NRGBA{0, 0, 0, 128}),
		"of little margin":      sheet(64, 104, image.Pt(2, 2), color.White, color.Black),
	} {
		got := digit(t, img, 28, 28)
		if d := distance(got, want); !(d <= 3) {
			t.Errorf("%s: pixels differ by up to %v, want at most 3", name, d)
		}
	}
	other := sheet(280, 320, image.Pt(90, 90), color.White, color.Black).(*image.NRGBA)
	seven(other, image.Pt(60, 117), color.Black)
	if d := distance(digit(t, other, 28, 28), want); d <= 3 {
		t.Errorf("another drawing differs by %v: the comparison is blind", d)
	}
}

// distance returns the largest difference of two pixels.
func distance(a, b []byte) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}

func TestDigitOfOtherSizes(t *testing.T) {
	for _, size := range []image.Point{{64, 16}, {16, 64}, {1, 1}, {56, 56}} {
		pixels := digit(t, sheet(280, 320, image.Pt(90, 90), color.White, color.Black), size.Y, size.X)
		box, _, _ := inked(pixels, size.X)
		if fits := image.Pt(size.X*20/28+1, size.Y*20/28+1); box.Empty() || box.Dx() > fits.X || box.Dy() > fits.Y {
			t.Errorf("the ink in %v is %v, want at most %v", size, box.Size(), fits)
		}
	}
}

func TestDigitOfNoise(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 0))
	noisy := func(img image.Image) image.Image {
		g := grey(img, color.White)
		for i, v := range g.Pix {
			g.Pix[i] = byte(float64(v) + 6*draw.NormFloat64())
		}
		return g
	}
	clean := sheet(280, 320, image.Pt(90, 90), color.Gray{200}, color.Gray{60})
	got := digit(t, noisy(clean), 28, 28)
	want := digit(t, clean, 28, 28)
	// The outline may move by a third of a pixel, which changes a pixel by a third of 255.
	if d := distance(got, want); !(d <= 85) {
		t.Errorf("noise changes pixels by up to %v, want at most 85", d)
	}
	paper := sheet(280, 320, image.Pt(90, 90), color.Gray{200}, color.Gray{200})
	if _, err := Digit(noisy(paper), 28, 28); !errors.Is(err, ErrBlank) {
		t.Errorf("noise alone: %v, want %v", err, ErrBlank)
	}
}

func TestBlank(t *testing.T) {
	for name, img := range map[string]image.Image{
		"white":       sheet(80, 120, image.Pt(9, 9), color.White, color.White),
		"black":       sheet(80, 120, image.Pt(9, 9), color.Black, color.Black),
		"transparent": image.NewNRGBA(image.Rect(0, 0, 10, 10)),
		"one pixel":   image.NewGray(image.Rect(0, 0, 1, 1)),
		"nothing":     image.NewGray(image.Rectangle{}),
	} {
		if pixels, err := Digit(img, 28, 28); !errors.Is(err, ErrBlank) || pixels != nil {
			t.Errorf("%s: %d pixels and %v, want %v", name, len(pixels), err, ErrBlank)
		}
	}
}

// TestSpeck has a single pixel of ink in a large picture.
func TestSpeck(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 500, 300))
	img.SetGray(499, 0, color.Gray{255})
	pixels := digit(t, img, 28, 28)
	if box, _, _ := inked(pixels, 28); box.Size() != image.Pt(20, 20) || !bytes.Contains(pixels, bytes.Repeat([]byte{255}, 20)) {
		t.Errorf("the ink is %v, want a block of 20x20", box.Size())
	}
}
