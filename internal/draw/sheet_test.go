package draw

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
)

// checker returns n copies of a sample of height x width pixels, alternately black and
// white.
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
		{16, 28, 28, "seven", 4*(224+32) + 32, 4*(224+72) + 32}, // 4x4, enlarged 8 times
		{12, 28, 28, "seven", 4*(224+32) + 32, 3*(224+72) + 32},
		{5, 28, 28, "seven", 3*(224+32) + 32, 2*(224+72) + 32},
		{1, 200, 100, "a", 100 + 64, 200 + 72 + 32},                                // too large to be enlarged
		{1, 1, 3, "a", 3*74 + 64, 74 + 72 + 32},                                    // enlarged by a whole factor
		{2, 28, 28, strings.Repeat("long ", 20), 2*(352+32) + 32, (224 + 72) + 32}, // as wide as a label may be
		{1, 28, 28, "a wide label, not too wide", 286 + 64, (224 + 72) + 32},       // as wide as the label is
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

// Every pixel of an image becomes a block of 8 x 8, below and right of the margin; there
// is ink only where the label is.
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
			inX, inY := (x-32)%256, (y-32)%296
			switch between := x < 32 || y < 32 || inX >= 224; {
			case !between && inY < 224:
				if want := samples[0].Pixels[inY/8*28+inX/8]; got.Y != want {
					t.Fatalf("pixel %d, %d is %d: want %d", x, y, got.Y, want)
				}
			case between || inY < 224+labelGap || inY >= 296-32:
				if got != sheetGround {
					t.Fatalf("pixel %d, %d is %d: want the ground", x, y, got.Y)
				}
			case got.Y < 0x80:
				inked++
			}
		}
	}
	// A letter 26 pixels high has about 50 dark ones.
	if inked < 4*5*25 || inked > 4*5*100 {
		t.Errorf("%d dark pixels of labels: want 500 to 2000", inked)
	}
}

// 1024 images of MNIST's size are not too many, and some larger ones are.
func TestGridTooLarge(t *testing.T) {
	face, err := newFace()
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	many := newGrid(Sheet{Height: 28, Width: 28, Samples: checker(1024, 28, 28, "seven")}, face).size
	if want := image.Pt(32*(224+32)+32, 32*(224+72)+32); many != want || many.X*many.Y > maxArea {
		t.Errorf("1024 images take %v: want %v and at most %d pixels", many, want, maxArea)
	}
	samples := checker(1024, 384, 256, "a")
	_, err = Grid(384, 256, samples)
	if err == nil || !strings.HasPrefix(err.Error(), "a picture must have at most 134217728 pixels (got 14624x9248)") {
		t.Errorf("%v: want an error with the size", err)
	}
}
