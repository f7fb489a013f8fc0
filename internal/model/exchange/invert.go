package exchange

import (
	"slices"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
)

// onOriginals returns the parameters of the network that takes the original pixels p of
// the training images. If these are light, m takes 255 - p, and with the pixel scale s
// the first layer is
//
//	s (255 - p) W + b = s p (-W) + (b + 255 s sum W)
//
// where the sum is that over the pixels. The same step leads back.
func onOriginals(m *model.Model) []model.Tensor {
	if m.Form.Background != form.Light {
		return m.Tensors
	}
	tensors := slices.Clone(m.Tensors)
	weight, bias := &tensors[0], &tensors[1]
	weight.Values, bias.Values = slices.Clone(weight.Values), slices.Clone(bias.Values)
	units := len(bias.Values)
	for unit, b := range bias.Values {
		sum := 0.0
		for at := unit; at < len(weight.Values); at += units {
			sum += float64(weight.Values[at])
			weight.Values[at] = -weight.Values[at]
		}
		bias.Values[unit] = float32(float64(b) + 255*m.PixelScale*sum)
	}
	return tensors
}
