package nn

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
)

// Load puts the network of a valid model on b, for inference only: it has no room for
// gradients.
func Load(b backend.Backend, m *model.Model) (*MLP, error) {
	widths := []int{m.Tensors[0].Shape[0]}
	for i := 1; i < len(m.Tensors); i += 2 {
		widths = append(widths, len(m.Tensors[i].Values))
	}
	net, err := allocate(b, widths, inferenceTensors, 0)
	if err != nil {
		return nil, err
	}
	for i, p := range net.Params() {
		if err := backend.Upload(b, p.Tensor, m.Tensors[i].Values); err != nil {
			return nil, fmt.Errorf("layer %d: %w", i/2, err)
		}
	}
	return net, nil
}
