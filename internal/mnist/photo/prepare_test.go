package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"mnistgpu/internal/mnist/form"
)

func prepare(t *testing.T, img image.Image, how Preparation, f form.Form, height, width int) []byte {
	t.Helper()
	pixels, err := Prepare(img, how, f, height, width)
	if err != nil || len(pixels) != height*width {
		t.Fatalf("%d pixels and %v, want %d", len(pixels), err, height*width)
	}
	return pixels
}

var (
	wholeForm   = form.Form{Framing: form.Whole}
	croppedForm = form.Form{Framing: form.Cropped, Box: 1}
)

// TestCentredImagesAreDigits has the form of MNIST, and that of MNIST in dark on white.
func TestCentredImagesAreDigits(t *testing.T) {
	picture := sheet(280, 320, image.Pt(90, 90), color.White, color.Black)
	want := digit(t, picture, 28, 28)
	for _, f := range []form.Form{{}, {Background: form.Light}} {
		if !bytes.Equal(prepare(t, picture, Auto, f, 28, 28), want) {
			t.Errorf("%+v: not as Digit does", f)
		}
	}
	for _, f := range []form.Form{wholeForm, croppedForm} {
		if !bytes.Equal(prepare(t, picture, MNIST, f, 28, 28), want) {
			t.Errorf("%+v with %s: not as Digit does", f, MNIST)
		}
		if bytes.Equal(prepare(t, picture, Auto, f, 28, 28), want) {
			t.Errorf("%+v: as Digit does", f)
		}
	}
}

// TestPicturesOfTheSizeKeepTheirPixels has pictures that are training images.
func TestPicturesOfTheSizeKeepTheirPixels(t *testing.T) {
	for _, f := range []form.Form{wholeForm, croppedForm} {
		for _, light := range []bool{false, true} {
			img := image.NewGray(image.Rect(0, 0, 9, 8))
			for i := range img.Pix {
				img.Pix[i] = byte(max(0, 40*(i%9-4)*(1-i/9%2))) // ink at the right
			}
			want := bytes.Clone(img.Pix)
			if light {
				f.Background = form.Light
				form.Invert(img.Pix)
			}
			for _, how := range []Preparation{Auto, AsIs} {
				if !bytes.Equal(prepare(t, img, how, f, 8, 9), want) {
					t.Errorf("%+v, %s: other pixels", f, how)
				}
			}
		}
	}
}

// TestTheBackgroundOfThePictureDecides has pictures that are dark on light and light on
// dark for networks of both.
func TestTheBackgroundOfThePictureDecides(t *testing.T) {
	for _, size := range []image.Point{{28, 28}, {40, 60}} {
		for _, framing := range []form.Form{wholeForm, croppedForm} {
			var first []byte
			for _, background := range []form.Background{form.Dark, form.Light} {
				for _, inks := range [][2]color.Gray16{{color.White, color.Black}, {color.Black, color.White}} {
					img := image.NewGray(image.Rectangle{Max: size})
					for i := range img.Pix {
						x, y := i%size.X, i/size.X
						ink := x > 8 && x < 20 && y > 9 && y < 12
						img.Pix[i] = byte(inks[0].Y >> 8)
						if ink {
							img.Pix[i] = byte(inks[1].Y >> 8)
						}
					}
					framing.Background = background
					got := prepare(t, img, Auto, framing, 28, 28)
					if first == nil {
						first = got
					}
					if !bytes.Equal(got, first) || got[0] != 0 || bytes.Count(got, []byte{0}) == len(got) {
						t.Errorf("%v, %+v, ground %v: another image", size, framing, inks[0])
					}
				}
			}
		}
	}
}

// TestMixedPicturesAreAsTheImages has a picture without a background.
func TestMixedPicturesAreAsTheImages(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 28, 28))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 37)
	}
	inverted := bytes.Clone(img.Pix)
	form.Invert(inverted)
	for background, want := range map[form.Background][]byte{form.Dark: img.Pix, form.Mixed: img.Pix, form.Light: inverted} {
		f := form.Form{Background: background, Framing: form.Whole}
		if !bytes.Equal(prepare(t, img, Auto, f, 28, 28), want) {
			t.Errorf("%v: other pixels", background)
		}
	}
	// A network of photos takes even a light picture as it comes.
	light := image.NewGray(img.Rect)
	for i := range light.Pix {
		light.Pix[i] = byte(200 + i%50)
	}
	if got := prepare(t, light, Auto, form.Form{Background: form.Mixed, Framing: form.Whole}, 28, 28); !bytes.Equal(got, light.Pix) {
		t.Error("a light picture is inverted for a network of photos")
	}
}

// TestCroppedFillsTheBox has drawings anywhere on a sheet.
func TestCroppedFillsTheBox(t *testing.T) {
	for _, at := range []image.Point{{0, 0}, {90, 90}, {200, 210}} {
		for _, part := range []float64{1, 24.0 / 28} {
			f := form.Form{Framing: form.Cropped, Box: part}
			pixels := prepare(t, sheet(280, 320, at, color.White, color.Black), Auto, f, 28, 28)
			box, _, _ := inked(pixels, 28)
			high := int(math.Round(28 * part))
			wide := int(math.Round(28 * part * 0.6)) // the drawing is 60x100
			if want := image.Rect(0, 0, wide, high).Add(image.Pt((29-wide)/2, (29-high)/2)); box != want {
				t.Errorf("a part of %v: the ink is in %v, want %v", part, box, want)
			}
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	nothing := image.NewGray(image.Rectangle{})
	for _, f := range []form.Form{{}, wholeForm, croppedForm} {
		if _, err := Prepare(nothing, Auto, f, 28, 28); !errors.Is(err, ErrBlank) {
			t.Errorf("%+v: no pixels give %v", f, err)
		}
	}
	white := sheet(50, 50, image.Pt(9, 9), color.White, color.White)
	if _, err := Prepare(white, Auto, croppedForm, 28, 28); !errors.Is(err, ErrBlank) {
		t.Errorf("a blank picture to crop gives %v", err)
	}
	_, err := Prepare(white, AsIs, form.Form{}, 28, 20)
	if err == nil || !strings.Contains(err.Error(), "must be 20 pixels wide and 28 high (got 50 and 50)") {
		t.Errorf("a picture of another size gives %v", err)
	}
}
