package infer

import "math"

// Softmax returns the probabilities (N, classes) of logits (N, classes). For each
// row z
//
//	p[k] = exp(z[k] - max z) / Σⱼ exp(z[j] - max z)
//
// A row with a NaN or a positive infinity has probabilities of NaN.
func Softmax(logits []float32, classes int) []float64 {
	p := make([]float64, len(logits))
	for i := 0; i < len(p); i += classes {
		softmaxRow(p[i:i+classes], logits[i:i+classes])
	}
	return p
}

func softmaxRow(p []float64, z []float32) {
	highest := float64(z[largest(z)])
	var sum float64
	for k := range p {
		p[k] = math.Exp(float64(z[k]) - highest)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

// Predict returns, for each row of logits (N, classes), the class with the largest
// logit, the first of equals.
func Predict(logits []float32, classes int) []int {
	predicted := make([]int, len(logits)/classes)
	for i := range predicted {
		predicted[i] = largest(logits[i*classes : (i+1)*classes])
	}
	return predicted
}

// largest returns the index of the largest number, the first of equals.
func largest(z []float32) int {
	at := 0
	for k, v := range z {
		if v > z[at] {
			at = k
		}
	}
	return at
}
