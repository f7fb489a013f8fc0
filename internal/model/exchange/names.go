package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/fold"
)

// A layer is what a file holds under one name: a linear layer, or a batch normalization
// if it has a mean and a variance.
type layer struct {
	name           string
	weight, bias   *model.Tensor // of a batch normalization: gamma and beta
	mean, variance *model.Tensor // of the units, or nil
	inOut          bool          // whether the name of the weight says that it is (In, Out)
	keras          bool          // whether names are those of Keras
}

// kinds are the last words of the names of parameters in PyTorch, Keras, Flax and
// scikit-learn.
var kinds = map[string]func(l *layer) **model.Tensor{
	"weight": (*layer).weights, "weights": (*layer).weights, "w": (*layer).weights,
	"kernel": (*layer).weights, "coefs": (*layer).weights, "gamma": (*layer).weights, "scale": (*layer).weights,
	"bias": (*layer).biases, "biases": (*layer).biases, "b": (*layer).biases, "intercepts": (*layer).biases, "beta": (*layer).biases,
	"running_mean": (*layer).means, "moving_mean": (*layer).means, "mean": (*layer).means,
	"running_var": (*layer).variances, "moving_variance": (*layer).variances, "var": (*layer).variances,
}

func (l *layer) weights() **model.Tensor   { return &l.weight }
func (l *layer) biases() **model.Tensor    { return &l.bias }
func (l *layer) means() **model.Tensor     { return &l.mean }
func (l *layer) variances() **model.Tensor { return &l.variance }

// counter is a number of PyTorch's BatchNorm that a trained network has no use for.
const counter = "num_batches_tracked"

// collections are what Flax puts before the names of parameters.
var collections = regexp.MustCompile(`^(params|batch_stats)\.`)

// numbered matches names such as W1, bias_2, coefs_0 and intercepts_.0, whose number is
// that of the layer.
var numbered = regexp.MustCompile(`^([A-Za-z]+?)_?\.?([0-9]+)$`)

// split returns the layer's part of a parameter's name, and the kind.
func split(name string) (layer, kind string) {
	name = strings.TrimSuffix(name, ":0") // of TensorFlow's variables
	name = collections.ReplaceAllString(strings.ReplaceAll(name, "/", "."), "")
	if m := numbered.FindStringSubmatch(name); m != nil && kinds[strings.ToLower(m[1])] != nil {
		return m[2], strings.ToLower(m[1])
	}
	at := strings.LastIndexByte(name, '.')
	return name[:max(at, 0)], strings.ToLower(name[at+1:])
}

// gather joins the parameters of each layer. Layers are in the order of the file.
func gather(tensors []model.Tensor) ([]*layer, error) {
	var layers []*layer
	for _, t := range tensors {
		if slices.Contains(t.Shape, 0) {
			return nil, fmt.Errorf("the shape of %q must be positive numbers (got %v)", t.Name, t.Shape)
		}
		name, kind := split(t.Name)
		if kind == counter {
			continue
		}
		at := slices.IndexFunc(layers, func(l *layer) bool { return l.name == name })
		if at < 0 {
			layers = append(layers, &layer{name: name})
			at = len(layers) - 1
		}
		l := layers[at]
		place := kinds[kind]
		if place == nil || *place(l) != nil || len(t.Shape) > 2 || len(t.Shape) == 2 && place(l) != &l.weight {
			return nil, fmt.Errorf("must hold only the weights and biases of linear layers and batch normalizations, each once (got %q of shape %v)", t.Name, t.Shape)
		}
		*place(l) = &t
		l.inOut = l.inOut || kind == "kernel" || kind == "coefs"
		l.keras = l.keras || kind == "gamma" || kind == "beta" || strings.HasPrefix(kind, "moving_")
	}
	for _, l := range layers {
		if err := l.check(); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// norm reports whether l is a batch normalization.
func (l *layer) norm() bool { return l.mean != nil }

// check checks that l has the parameters of a linear layer, or of a batch normalization.
func (l *layer) check() error {
	if l.norm() != (l.variance != nil) {
		return fmt.Errorf("has a batch normalization %q that lacks its mean or its variance", l.name)
	}
	if l.norm() {
		for _, t := range []*model.Tensor{l.weight, l.bias, l.variance} {
			if t != nil && !slices.Equal(t.Shape, l.mean.Shape) {
				return fmt.Errorf("the shapes of batch normalization %q must be equal (got %v and %v)", l.name, t.Shape, l.mean.Shape)
			}
		}
		return nil
	}
	switch {
	case l.weight == nil:
		return fmt.Errorf("has a layer %q that lacks its weight", l.name)
	case len(l.weight.Shape) == 1 && l.bias != nil:
		return fmt.Errorf("has a layer %q that is neither linear nor a batch normalization: its weight has the shape %v", l.name, l.weight.Shape)
	case len(l.weight.Shape) != 2:
		return fmt.Errorf("the weight of layer %q must have two dimensions (got %v)", l.name, l.weight.Shape)
	}
	return nil
}

// linear returns l in the form that a chain takes. Dimension in of its weight is that of the
// inputs.
func (l *layer) linear(in int) fold.Linear {
	weight := *l.weight
	if in == 1 {
		weight = weight.Transposed()
	}
	c := fold.Linear{Name: l.name, In: weight.Shape[0], Out: weight.Shape[1], Weight: weight.Values}
	if l.bias != nil {
		for _, v := range l.bias.Values {
			c.Bias = append(c.Bias, float64(v))
		}
	}
	return c
}
