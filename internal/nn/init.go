package nn

import "math/rand/v2"

// initStream is the generator's stream for initial weights. Streams keep the
// uses of one seed apart.
const initStream = 1

func newDraw(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, initStream))
}

// TruncatedNormal draws n numbers from the normal distribution with mean zero and
// standard deviation std. A number more than two standard deviations from the mean is
// drawn again, as in TensorFlow's truncated_normal.
func TruncatedNormal(draw *rand.Rand, n int, std float64) []float32 {
	numbers := make([]float32, n)
	for i := range numbers {
		x := draw.NormFloat64()
		for x < -2 || x > 2 {
			x = draw.NormFloat64()
		}
		numbers[i] = float32(std * x)
	}
	return numbers
}
