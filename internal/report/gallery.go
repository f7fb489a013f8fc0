package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/model"
)

// shown is the most mistakes, and the most hidden units, that a report shows: a grid
// of five by four.
const shown = 20

// gallery is a set of small images, each with a text.
type gallery struct {
	caption       string
	height, width int
	palette       *draw.Palette // nil for grey
	samples       []draw.Sample
}

func (g gallery) sheet() draw.Sheet {
	return draw.Sheet{Caption: g.caption, Height: g.height, Width: g.width, Samples: g.samples, Palette: g.palette}
}

// mistakes returns the wrong answers with the highest probability.
func (t *Tested) mistakes() gallery {
	labels := t.Data.Test.Labels
	list := infer.MostConfident(t.Evaluation.Logits, labels, t.Model.Classes(), len(labels))
	all := len(list)
	list = list[:min(all, shown)]
	g := gallery{height: t.Data.Height, width: t.Data.Width}
	g.caption = fmt.Sprintf("The %d most confident of %d mistakes: label → predicted class", len(list), all)
	for _, m := range list {
		g.samples = append(g.samples, draw.Sample{
			Pixels: t.Data.Test.Images[m.Index*g.height*g.width:][:g.height*g.width],
			Label:  fmt.Sprintf("%s → %s\n%s → %s", t.Names[m.Label], t.Names[m.Predicted], infer.Percent(m.Own), infer.Percent(m.Confidence)),
		})
	}
	return g
}

// weights returns the weights of the strongest hidden units of the first layer as
// images, all on the same scale.
func (t *Tested) weights() gallery {
	first := t.Model.Tensors[0]
	in, out := first.Shape[0], first.Shape[1]
	units := strongest(t.Model, shown)
	largest := 0.0
	for _, u := range units {
		for i := range in {
			largest = max(largest, math.Abs(float64(first.Values[i*out+u])))
		}
	}
	g := gallery{height: t.Model.Height, width: t.Model.Width, palette: draw.Diverging()}
	g.caption = fmt.Sprintf("Weights of the first layer for %d of %d hidden units: blue −%.2g, white 0, red +%.2g", len(units), out, largest, largest)
	for _, u := range units {
		pixels := make([]byte, in)
		for i := range pixels {
			pixels[i] = tone(float64(first.Values[i*out+u]), largest)
		}
		g.samples = append(g.samples, draw.Sample{Pixels: pixels, Label: fmt.Sprintf("unit %d", u)})
	}
	return g
}

// tone returns the byte of a [draw.Diverging] palette for a weight between
// -largest and largest.
func tone(weight, largest float64) byte {
	if largest == 0 {
		return draw.Zero
	}
	return byte(draw.Zero + int(math.Round((draw.Zero-1)*weight/largest)))
}

// strongest returns the n hidden units of the first layer with the largest
//
//	‖w_in‖ · ‖w_out‖
//
// the norms of a unit's weights from the pixels and to the next layer, in descending
// order. Scaling the former by a positive factor and the latter by its inverse does
// not change what a network with ReLU computes, and does not change this product
// either.
func strongest(m *model.Model, n int) []int {
	strength := squares(m.Tensors[0], 1)
	if len(m.Tensors) > 2 {
		for u, s := range squares(m.Tensors[2], 0) {
			strength[u] *= s
		}
	}
	units := make([]int, len(strength))
	for u := range units {
		units[u] = u
	}
	slices.SortStableFunc(units, func(a, b int) int { return cmp.Compare(strength[b], strength[a]) })
	return units[:min(n, len(units))]
}

// squares returns the squared norms of the rows of a matrix or, if axis is 1, of its
// columns.
func squares(t model.Tensor, axis int) []float64 {
	sums := make([]float64, t.Shape[axis])
	for i, w := range t.Values {
		at := [2]int{i / t.Shape[1], i % t.Shape[1]}
		sums[at[axis]] += float64(w) * float64(w)
	}
	return sums
}
