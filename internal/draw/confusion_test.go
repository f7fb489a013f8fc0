package draw

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
)

// confused returns the picture of a matrix.
func confused(t *testing.T, counts [][]int, names []string) image.Image {
	t.Helper()
	content, err := Confusion(counts, names)
	return decode(t, content, err)
}

// TestConfusionColours has a row without a mistake, one with the most of all,
// and one that is empty.
func TestConfusionColours(t *testing.T) {
	counts := [][]int{{50, 0, 0}, {4, 12, 2}, {0, 0, 0}}
	picture := confused(t, counts, []string{"a", "b", "c"})
	const cell = 2 * 44 * 2 * 44
	part := func(c color.Color) int { return dots(picture, picture.Bounds(), c) }
	for name, test := range map[string]struct {
		c    color.Color
		want int // in cells
	}{
		"full blue":   {tint(curveColors[0], 1, 50), 1},
		"most orange": {tint(curveColors[1], 1, 4), 1},
		"half orange": {tint(curveColors[1], 0.5, 2), 1},
		"other blue":  {tint(curveColors[0], 12.0/18, 12), 1},
		"nothing":     {color.Gray{0xf5}, 5},
	} {
		// Numbers and borders take some of a cell.
		if n := part(test.c); !(n > test.want*cell*7/10 && n < test.want*cell) {
			t.Errorf("%s: %d dots, want most of %d", name, n, test.want*cell)
		}
	}
}

func TestConfusionSizes(t *testing.T) {
	for _, test := range []struct {
		classes int
		name    string
	}{{2, "a"}, {10, "ankle boot"}, {256, "a name that is so long that it has to be cut"}} {
		counts := make([][]int, test.classes)
		for i := range counts {
			counts[i] = make([]int, test.classes)
			counts[i][i] = 100_000
		}
		picture := confused(t, counts, slices.Repeat([]string{test.name}, test.classes))
		size := picture.Bounds().Size()
		if size.X < 960 || size.X > 2*(1024+200) || size.Y > 2*(1024+300) {
			t.Errorf("%d classes: size %v", test.classes, size)
		}
		right := image.Rect(size.X-2, 0, size.X, size.Y)
		if n := dots(picture, right, ground); n != 2*size.Y {
			t.Errorf("%d classes: something reaches the right edge", test.classes)
		}
	}
}

func TestConfusionShortensNames(t *testing.T) {
	m := newMatrix([][]int{{1, 0}, {0, 1}}, []string{"Ankle boot", strings.Repeat("wide ", 20)})
	if got := m.names[0]; got != "Ankle boot" {
		t.Errorf("a name that fits became %q", got)
	}
	got, style := m.names[1], textStyle(labelSize, ink)
	if !strings.HasSuffix(got, "…") || style.Width(got) > nameRoom || len(got) < 8 {
		t.Errorf("a name that does not fit became %q", got)
	}
}
