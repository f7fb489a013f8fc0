package picture

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// checker returns n times a sample of height x width pixels that are black and
// white by turns.
func checker(n, height, width int, label string) []Sample {
	pixels := make([]byte, height*width)
	for p := range pixels {
		pixels[p] = byte(255 * ((p/width + p%width) % 2))
	}
	return slices.Repeat([]Sample{{pixels, label}}, n)
}

func TestGridSize(t *testing.T) {
	for _, test := range []struct {
		n, height, width int
		label            string
		wantX, wantY     int
	}{
		{16, 28, 28, "seven", 4*(112+16) + 16, 4*(112+40) + 16}, // 4x4, enlarged 4 times
		{12, 28, 28, "seven", 4*(112+16) + 16, 3*(112+40) + 16},
		{5, 28, 28, "seven", 3*(112+16) + 16, 2*(112+40) + 16},
		{1, 200, 100, "a", 100 + 32, 200 + 40 + 16},                                // too large to be enlarged
		{1, 1, 3, "a", 3*37 + 32, 37 + 40 + 16},                                    // by a whole factor
		{2, 28, 28, strings.Repeat("long ", 20), 2*(176+16) + 16, (112 + 40) + 16}, // as wide as a label may be
		{1, 28, 28, "a wide label, not too wide", 167 + 32, (112 + 40) + 16},       // as wide as the label is
		{1024, 28, 28, "seven", 32*(112+16) + 16, 32*(112+40) + 16},
	} {
		grid, err := Grid(test.height, test.width, checker(test.n, test.height, test.width, test.label))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := grid.Bounds().Size(), image.Pt(test.wantX, test.wantY); got != want {
			t.Errorf("%d images of %dx%d, %q: %v, want %v", test.n, test.height, test.width, test.label, got, want)
		}
	}
}

// Every pixel of an image becomes a block of 4 x 4, below and right of the
// margin; ink is in the label's place and nowhere else.
func TestGridPixels(t *testing.T) {
	samples := checker(4, 28, 28, "seven")
	grid, err := Grid(28, 28, samples)
	if err != nil {
		t.Fatal(err)
	}
	inked := 0
	for y := range grid.Bounds().Dy() {
		for x := range grid.Bounds().Dx() {
			got := grid.At(x, y).(color.Gray)
			inX, inY := (x-16)%128, (y-16)%152
			switch between := x < 16 || y < 16 || inX >= 112; {
			case !between && inY < 112:
				if want := samples[0].Pixels[inY/4*28+inX/4]; got.Y != want {
					t.Fatalf("pixel %d, %d is %d: want %d", x, y, got.Y, want)
				}
			case between || inY < 112+labelGap || inY >= 152-16:
				if got != ground {
					t.Fatalf("pixel %d, %d is %d: want the ground", x, y, got.Y)
				}
			case got.Y < 0x80:
				inked++
			}
		}
	}
	// A letter of 15 pixels' height has some 20 dark ones.
	if inked < 4*5*10 || inked > 4*5*40 {
		t.Errorf("%d dark pixels of labels: want 200 to 800", inked)
	}
}

func TestGridTooLarge(t *testing.T) {
	samples := checker(1024, 256, 256, "a")
	_, err := Grid(256, 256, samples)
	if err == nil || !strings.HasPrefix(err.Error(), "a picture of 9488x8720 pixels: want at most 67108864") {
		t.Errorf("%v: want an error with the size", err)
	}
}

func TestCut(t *testing.T) {
	face, err := newFace()
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	room := font.MeasureString(face, "hamster")
	for label, want := range map[string]string{"hamster": "hamster", "": "", "hamsters": "hams…", "ßßßßßßßßßßßß": "ßßßß…"} {
		got := cut(face, label, room)
		if got != want {
			t.Errorf("%q is cut to %q: want %q", label, got, want)
		}
		if width := font.MeasureString(face, got); width > room {
			t.Errorf("%q is %v wide: want at most %v", got, width, room)
		}
	}
	if got := cut(face, "hamster", fixed.I(1)); got != "…" {
		t.Errorf("without room the label is %q: want an ellipsis", got)
	}
}
