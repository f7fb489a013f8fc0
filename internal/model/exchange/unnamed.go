package exchange

import (
	"errors"
	"regexp"
	"slices"
	"strconv"

	"mnistgpu/internal/model"
)

// unnamed matches the names that numpy.savez gives to arrays without one.
var unnamed = regexp.MustCompile(`^arr_[0-9]+$`)

// areUnnamed reports whether no tensor has a name of its own.
func areUnnamed(tensors []model.Tensor) bool {
	return len(tensors) > 0 && !slices.ContainsFunc(tensors, func(t model.Tensor) bool { return !unnamed.MatchString(t.Name) })
}

// gatherUnnamed joins the parameters of each layer by their shapes, in the order of the
// file, which is one of
//
//	savez(*model.get_weights())           Keras: kernel, bias, and after batch
//	                                      normalization gamma, beta, mean, variance
//	savez(*mlp.coefs_, *mlp.intercepts_)  scikit-learn: weights, and after them biases
func gatherUnnamed(tensors []model.Tensor) ([]*layer, error) {
	if layers := gatherApart(tensors); layers != nil {
		return layers, nil
	}
	var layers []*layer
	add := func(l *layer) { l.name = strconv.Itoa(len(layers)); layers = append(layers, l) }
	for len(tensors) > 0 {
		if len(tensors[0].Shape) == 2 {
			l := &layer{weight: &tensors[0], inOut: true}
			tensors = tensors[1:]
			if n := vectors(tensors); n == 1 || n == 5 {
				l.bias = &tensors[0]
				tensors = tensors[1:]
			}
			add(l)
		} else if vectors(tensors) == 4 {
			add(&layer{weight: &tensors[0], bias: &tensors[1], mean: &tensors[2], variance: &tensors[3], keras: true})
			tensors = tensors[4:]
		} else {
			return nil, errors.New("has arrays without names that are not the weights of a Keras or scikit-learn network: name them NAME.weight and NAME.bias")
		}
	}
	for _, l := range layers {
		if err := l.check(); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// vectors returns how many vectors tensors starts with.
func vectors(tensors []model.Tensor) int {
	n := slices.IndexFunc(tensors, func(t model.Tensor) bool { return len(t.Shape) != 1 })
	if n < 0 {
		return len(tensors)
	}
	return n
}

// gatherApart joins weights with the biases that come after all weights. It returns nil if
// the tensors are not in that order.
func gatherApart(tensors []model.Tensor) (layers []*layer) {
	n := len(tensors) / 2
	if len(tensors)%2 == 1 || n < 2 {
		return nil
	}
	for i := range n {
		weight, bias := &tensors[i], &tensors[n+i]
		if len(weight.Shape) != 2 || len(bias.Shape) != 1 || weight.Shape[1] != bias.Shape[0] {
			return nil
		}
		layers = append(layers, &layer{name: strconv.Itoa(i), weight: weight, bias: bias, inOut: true})
	}
	return layers
}
