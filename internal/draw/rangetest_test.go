package draw

import (
	"image"
	"math"
	"testing"
)

// rangeTest is a curve with a valley at 0.1 and the given marks.
func rangeTest(marks ...RateMark) RangeTest {
	r := RangeTest{Title: "a", Suggestion: 0.05, Marks: marks}
	for i := range 100 {
		x := float64(i)/99*7 - 6
		loss := 0.5 + math.Pow(x+1, 2)/10
		r.Rates = append(r.Rates, math.Pow(10, x))
		r.Losses = append(r.Losses, loss)
		r.Smoothed = append(r.Smoothed, loss)
	}
	return r
}

func rangePicture(t *testing.T, r RangeTest) image.Image {
	t.Helper()
	content, err := r.PNG()
	return decode(t, content, err)
}

func TestRangeTestShowsWhatWasRead(t *testing.T) {
	plain := rangePicture(t, rangeTest())
	marked := rangePicture(t, rangeTest(RateMark{"steepest", 0.001}, RateMark{"lowest", 0.1}))
	if got, want := marked.Bounds().Size(), image.Pt(960, 680); got != want {
		t.Fatalf("size %v: want %v", got, want)
	}
	// The head of the picture has two lines at most.
	below := image.Rect(0, 2*80, 960, 680)
	for i := range 2 {
		if n := dots(plain, below, curveColors[i]); n < 300 {
			t.Errorf("curve %d has %d dots", i, n)
		}
		// A circle of radius 9 has about 250 dots, its rim in mixed colours.
		if n := dots(marked, below, curveColors[2+i]); n < 150 || n > 300 {
			t.Errorf("mark %d has %d dots", i, n)
		}
		if n := dots(plain, below, curveColors[2+i]); n != 0 {
			t.Errorf("a mark that was not asked for has %d dots", n)
		}
	}
}

// TestRangeTestCutsOffTheCliff has a last loss a million times the first: the
// valley must not shrink to a line.
func TestRangeTestCutsOffTheCliff(t *testing.T) {
	r := rangeTest(RateMark{"diverges", 10})
	r.Losses[99], r.Smoothed[99] = 1e6, 1e6
	picture := rangePicture(t, r)
	top, bottom := 680, 0
	for y := 2 * 80; y < 680; y++ {
		if dots(picture, image.Rect(0, y, 900, y+1), curveColors[0]) > 0 {
			top, bottom = min(top, y), max(bottom, y)
		}
	}
	if bottom-top < 200 {
		t.Errorf("the curve takes the lines %d to %d", top, bottom)
	}
}
