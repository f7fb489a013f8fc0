package infer

import (
	"cmp"
	"slices"
)

// Pair is a label and a wrong class that was predicted for some of its images.
type Pair struct {
	Label, Predicted int
	Count            int // of images
}

// MostConfused returns the n cells off the diagonal of a confusion matrix that hold
// the most images, in descending order. Empty cells are left out.
func MostConfused(confusion [][]int, n int) []Pair {
	var pairs []Pair
	for label, row := range confusion {
		for predicted, count := range row {
			if predicted != label && count > 0 {
				pairs = append(pairs, Pair{label, predicted, count})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return cmp.Compare(b.Count, a.Count) })
	return pairs[:min(n, len(pairs))]
}

// Mistake is an image whose predicted class differs from its label.
type Mistake struct {
	Index            int // of the image
	Label, Predicted int
	Own, Confidence  float64 // probabilities of the label and of the predicted class
}

// MostConfident returns the n mistakes with the highest probability of the wrong
// class, in descending order, given logits (N, classes). If two probabilities round
// to the same number, the mistake with the larger difference between the logits of
// the predicted class and the label comes first.
func MostConfident(logits []float32, labels []byte, classes, n int) []Mistake {
	probabilities, predicted := Softmax(logits, classes), Predict(logits, classes)
	var mistakes []Mistake
	for i, label := range labels {
		if k := predicted[i]; k != int(label) {
			row := probabilities[i*classes:]
			mistakes = append(mistakes, Mistake{i, int(label), k, row[label], row[k]})
		}
	}
	margin := func(m Mistake) float32 {
		row := logits[m.Index*classes:]
		return row[m.Predicted] - row[m.Label]
	}
	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(margin(b), margin(a)))
	})
	return mistakes[:min(n, len(mistakes))]
}
