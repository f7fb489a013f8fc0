package draw

import (
	"image"
	"image/color"
	"testing"
)

func TestDiverging(t *testing.T) {
	p := Diverging()
	if got, want := p[Zero], (color.RGBA{0xf7, 0xf7, 0xf7, 0xff}); got != want {
		t.Errorf("zero is %v: want %v", got, want)
	}
	if p[0] != p[1] || p[1].B <= p[1].R || p[255].R <= p[255].B {
		t.Errorf("the ends are %v, %v and %v: want blue, blue and red", p[0], p[1], p[255])
	}
	// Both arms grow darker from zero on, so that a value can be read from them.
	dark := func(c color.RGBA) int { return 2*int(c.R) + 5*int(c.G) + int(c.B) }
	for i := 1; i < 127; i++ {
		if dark(p[Zero+i+1]) >= dark(p[Zero+i]) || dark(p[Zero-i-1]) >= dark(p[Zero-i]) {
			t.Fatalf("%d steps from zero the colours %v and %v are not darker than before", i+1, p[Zero-i-1], p[Zero+i+1])
		}
	}
}

func TestTile(t *testing.T) {
	pixels := []byte{0, 1, 128, 255, 7, 9}
	grey := Tile(2, 3, pixels, nil)
	if got := grey.Bounds(); got != image.Rect(0, 0, 3, 2) {
		t.Fatalf("bounds %v", got)
	}
	coloured := Tile(2, 3, pixels, Diverging())
	for i, v := range pixels {
		if got := grey.At(i%3, i/3); got != (color.Gray{v}) {
			t.Errorf("pixel %d is %v: want %d", i, got, v)
		}
		if got, want := coloured.At(i%3, i/3), Diverging()[v]; got != want {
			t.Errorf("pixel %d is %v: want %v", i, got, want)
		}
	}
}

// A caption adds a line at the top, and a label of two lines adds one line to each row.
func TestSheetWithCaptionAndTwoLines(t *testing.T) {
	sheet := Sheet{Height: 28, Width: 28, Samples: checker(4, 28, 28, "9 → 4\n99.9 %"), Palette: Diverging()}
	plain, err := sheet.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plain.Bounds().Size(), image.Pt(2*(224+32)+32, 2*(224+102)+32); got != want {
		t.Errorf("size %v: want %v", got, want)
	}
	if got := plain.At(32, 32); got != Diverging()[0] {
		t.Errorf("the first pixel is %v: want the palette's %v", got, Diverging()[0])
	}
	sheet.Caption = "a caption that is rather wider than two images side by side"
	captioned, err := sheet.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if got, least := captioned.Bounds().Size(), image.Pt(700, 2*(224+102)+32+30); got.X < least.X || got.Y < least.Y {
		t.Errorf("size %v: want at least %v", got, least)
	}
	last := captioned.Bounds().Max.X - sampleGap - 10 // about where the last letter is
	shades := map[color.Color]bool{}
	for y := range 2 * sampleGap {
		for x := last; x < last+10; x++ {
			shades[captioned.At(x, y)] = true
		}
	}
	if len(shades) < 3 {
		t.Error("the end of the caption is not there")
	}
}
