package nn

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
)

// Load puts the network of a valid model on b, for inference only: it has no room for
// gradients.
func Load(b backend.Backend, m *model.Model) (*MLP, error) {
	net := &MLP{chunk: b.ChunkRows()}
	for i := 0; i < len(m.Tensors); i += 2 {
		l, err := loadLayer(b, m.Tensors[i], m.Tensors[i+1], net.chunk)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i/2, err)
		}
		if i < len(m.Tensors)-2 {
			l.act = backend.ReLU
		}
		net.layers = append(net.layers, l)
	}
	return net, nil
}

func loadLayer(b backend.Backend, weight, bias model.Tensor, chunk int) (layer, error) {
	l, err := newLayer(b, weight.Shape[0], weight.Shape[1], chunk, inferenceTensors)
	if err != nil {
		return layer{}, err
	}
	if err := backend.Upload(b, l.w, weight.Values); err != nil {
		return layer{}, err
	}
	return l, backend.Upload(b, l.b, bias.Values)
}
