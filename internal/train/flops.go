package train

import "mnistgpu/internal/mnist"

// Flops is the number of additions and multiplications in the matrix products of a
// whole run, including those with zeros. The error is that of [Config.CheckFor].
func (c Config) Flops(data *mnist.Dataset) (float64, error) {
	p, err := c.plan(data.Train.Len())
	if err != nil {
		return 0, err
	}
	return flops(c.widths(data)) * float64(p.batch) * float64(p.steps), nil
}

// flops is the number of operations per image in a step: for each layer x·w and xᵀ·dy,
// and dy·wᵀ for each but the first.
func flops(widths []int) float64 {
	products := 0
	for i, in := range widths[:len(widths)-1] {
		products += 2 * in * widths[i+1]
		if i > 0 {
			products += in * widths[i+1]
		}
	}
	return 2 * float64(products)
}
