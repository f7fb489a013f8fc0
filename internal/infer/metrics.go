package infer

import "math"

// Class holds the metrics of one class. A ratio of 0 to 0 is 0, as in scikit-learn.
type Class struct {
	Count     int     // images that have the label
	Precision float64 // of the images predicted as this class, the fraction that is of it
	Recall    float64 // of the images of this class, the fraction predicted as it
	F1        float64 // 2·precision·recall / (precision + recall)
}

// Confusion counts the images by label, which is the row, and predicted class,
// which is the column.
func Confusion(labels []byte, predicted []int, classes int) [][]int {
	counts := make([][]int, classes)
	for label := range counts {
		counts[label] = make([]int, classes)
	}
	for i, label := range labels {
		counts[label][predicted[i]]++
	}
	return counts
}

// Classes returns the metrics of each class from a confusion matrix.
func Classes(confusion [][]int) []Class {
	classes := make([]Class, len(confusion))
	for k := range classes {
		var has, given int
		for j := range confusion {
			has += confusion[k][j]
			given += confusion[j][k]
		}
		hits := confusion[k][k]
		classes[k] = Class{
			Count:     has,
			Precision: ratio(hits, given),
			Recall:    ratio(hits, has),
			F1:        ratio(2*hits, given+has), // the definition without its divisions by 0
		}
	}
	return classes
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Bins is the number of bins of [CalibrationError].
const Bins = 15

// CalibrationError returns the expected calibration error: how far, on average,
// the probability of the predicted class, the confidence, is from the fraction of
// right answers. The N images are put into M = [Bins] bins of equal width by their
// confidence; the m-th bin holds those in ((m-1)/M, m/M]:
//
//	ECE = Σₘ |Bₘ|/N · |accuracy(Bₘ) - confidence(Bₘ)|
//
// Source: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, On Calibration of Modern
// Neural Networks, ICML 2017, equation 3. A probability of NaN gives NaN.
//
// Probabilities are (N, classes), for at least one image.
func CalibrationError(probabilities []float64, labels []byte, predicted []int, classes int) float64 {
	var excess [Bins]float64 // right answers minus the sum of confidences
	for i, k := range predicted {
		confidence := probabilities[i*classes+k]
		if math.IsNaN(confidence) {
			return math.NaN()
		}
		bin := max(int(math.Ceil(confidence*Bins))-1, 0)
		excess[bin] -= confidence
		if int(labels[i]) == k {
			excess[bin]++
		}
	}
	var sum float64
	for _, e := range excess {
		sum += math.Abs(e)
	}
	return sum / float64(len(labels))
}
