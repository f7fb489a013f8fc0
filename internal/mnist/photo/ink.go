package photo

import (
	"image"
	"slices"
)

// Levels of grey.
const (
	// faint is the least difference from the background that counts as ink. Paper
	// that is photographed or compressed varies by less.
	faint = 24

	// outline is the fraction of the strongest ink at which a pixel counts as part
	// of the digit when it is cropped.
	outline = 0.25

	// strong is the quantile of the ink that counts as its full strength: a few
	// stronger specks are ignored.
	strong = 0.95
)

func histogram(pixels []byte) (count [256]int) {
	for _, v := range pixels {
		count[v]++
	}
	return count
}

// borderOf returns the pixels of the outermost rows and columns.
func borderOf(g *image.Gray) []byte {
	size := g.Rect.Size()
	var border []byte
	for y := range size.Y {
		row := g.Pix[y*g.Stride:][:size.X]
		if y == 0 || y == size.Y-1 {
			border = append(border, row...)
			continue
		}
		border = append(border, row[0], row[size.X-1])
	}
	return border
}

// bounds returns the smallest rectangle around the ink, which is empty if there
// is none.
func bounds(ink *image.Gray) image.Rectangle {
	strongest := strongest(ink.Pix)
	if strongest < faint {
		return image.Rectangle{}
	}
	least := byte(outline * float64(strongest))
	var box image.Rectangle
	for y := range ink.Rect.Dy() {
		row := ink.Pix[y*ink.Stride:][:ink.Rect.Dx()]
		inside := func(v byte) bool { return v >= least }
		first := slices.IndexFunc(row, inside)
		if first < 0 {
			continue
		}
		end := len(row)
		for !inside(row[end-1]) {
			end--
		}
		box = box.Union(image.Rect(first, y, end, y+1))
	}
	return box
}

// strongest returns the full strength of the ink: a quantile of the pixels that are
// at least half as strong as the strongest.
func strongest(pixels []byte) int {
	count := histogram(pixels)
	top := len(count) - 1
	for top > 0 && count[top] == 0 {
		top--
	}
	inside := 0
	for v := (top + 1) / 2; v <= top; v++ {
		inside += count[v]
	}
	above := float64(inside) * (1 - strong)
	for seen := 0; top > 0; top-- {
		if seen += count[top]; float64(seen) > above {
			break
		}
	}
	return top
}

// stretch scales pixels so that ink of full strength is 255.
func stretch(pixels []byte) {
	most := max(strongest(pixels), 1)
	for i, v := range pixels {
		pixels[i] = byte(min((int(v)*255+most/2)/most, 255))
	}
}
