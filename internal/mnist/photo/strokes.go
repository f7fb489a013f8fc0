package photo

import (
	"cmp"
	"errors"
	"image"
	"slices"
)

// ErrSeveral says that a picture shows more than one digit.
var ErrSeveral = errors.New("the picture shows several digits")

// A stroke is connected ink.
type stroke struct {
	box    image.Rectangle
	area   int // pixels
	border int // of them, at a side of the picture
}

// strokesOf finds the connected parts of ink from level least on. marks has the number of
// each pixel's stroke, from 1 on, or 0.
func strokesOf(ink *image.Gray, least byte) (strokes []stroke, marks []int32) {
	width, height := ink.Rect.Dx(), ink.Rect.Dy()
	marks = make([]int32, width*height)
	var waiting []int
	for start, v := range ink.Pix {
		if v < least || marks[start] != 0 {
			continue
		}
		s := stroke{}
		number := int32(len(strokes) + 1)
		marks[start] = number
		waiting = append(waiting[:0], start)
		for len(waiting) > 0 {
			i := waiting[len(waiting)-1]
			waiting = waiting[:len(waiting)-1]
			x, y := i%width, i/width
			s.area++
			s.box = s.box.Union(image.Rect(x, y, x+1, y+1))
			if x == 0 || y == 0 || x == width-1 || y == height-1 {
				s.border++
			}
			for ny := max(y-1, 0); ny <= min(y+1, height-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, width-1); nx++ {
					if n := ny*width + nx; ink.Pix[n] >= least && marks[n] == 0 {
						marks[n] = number
						waiting = append(waiting, n)
					}
				}
			}
		}
		strokes = append(strokes, s)
	}
	return strokes, marks
}

// group joins strokes that are parts of one digit: they lie above one another, or close
// together.
func group(strokes []stroke) (groups []stroke) {
	slices.SortFunc(strokes, func(a, b stroke) int { return cmp.Compare(a.box.Min.X, b.box.Min.X) })
	for _, s := range strokes {
		if n := len(groups); n > 0 && belongs(groups[n-1], s) {
			groups[n-1].box = groups[n-1].box.Union(s.box)
			groups[n-1].area += s.area
			groups[n-1].border += s.border
			continue
		}
		groups = append(groups, s)
	}
	return groups
}

// belongs reports whether a stroke is part of the digit of others: a third of its width, or
// of theirs, is over or under them, or the gap between is a tenth of the digit's height.
func belongs(digit, s stroke) bool {
	shared := min(digit.box.Max.X, s.box.Max.X) - s.box.Min.X
	height := digit.box.Union(s.box).Dy()
	return 3*shared >= min(digit.box.Dx(), s.box.Dx()) || -10*shared <= height && 2*min(digit.box.Dy(), s.box.Dy()) < height
}

// only returns ink without what does not belong to the digit: what surrounds the sheet, and
// specks. The error is [ErrSeveral].
func only(ink *image.Gray) (*image.Gray, error) {
	ink = withoutEdges(ink)
	strokes, marks := strokesOf(ink, threshold(ink))
	if len(strokes) < 2 {
		return ink, nil
	}
	largest := slices.MaxFunc(strokes, byArea)
	parts := slices.DeleteFunc(slices.Clone(strokes), func(s stroke) bool { return 30*s.area < largest.area })
	groups := group(parts)
	main := slices.MaxFunc(groups, byArea)
	for _, g := range groups {
		if g != main && g.border == 0 && 2*g.box.Dy() > main.box.Dy() && 5*g.area > main.area {
			return ink, ErrSeveral
		}
	}
	keep := make([]bool, len(strokes)+1)
	for i, s := range strokes {
		keep[i+1] = 30*s.area >= largest.area && s.box.In(main.box)
	}
	return masked(ink, marks, keep), nil
}

func byArea(a, b stroke) int { return cmp.Compare(a.area, b.area) }

// withoutEdges removes what touches the sides of a picture, such as a table beside the
// sheet, unless it is most of the ink.
func withoutEdges(ink *image.Gray) *image.Gray {
	strokes, marks := strokesOf(ink, threshold(ink))
	var inner stroke
	for _, s := range strokes {
		if s.border == 0 && s.area > inner.area {
			inner = s
		}
	}
	keep := make([]bool, len(strokes)+1)
	for i, s := range strokes {
		keep[i+1] = s.border == 0 || s.area > 10*inner.area
	}
	return masked(ink, marks, keep)
}

// threshold is the least level of a digit's outline.
func threshold(ink *image.Gray) byte {
	return byte(max(outline*float64(strongest(ink.Pix)), 1))
}

// masked returns the ink of some strokes, and of the pixels beside them, which are paler.
func masked(ink *image.Gray, marks []int32, keep []bool) *image.Gray {
	if !slices.Contains(keep[1:], false) {
		return ink
	}
	width, height := ink.Rect.Dx(), ink.Rect.Dy()
	kept := image.NewGray(ink.Rect)
	const margin = 2
	for i, mark := range marks {
		if mark == 0 || !keep[mark] {
			continue
		}
		x, y := i%width, i/width
		for ny := max(y-margin, 0); ny <= min(y+margin, height-1); ny++ {
			for nx := max(x-margin, 0); nx <= min(x+margin, width-1); nx++ {
				if n := ny*width + nx; marks[n] == 0 || keep[marks[n]] {
					kept.Pix[n] = ink.Pix[n]
				}
			}
		}
	}
	return kept
}
