package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/model"
)

// linear is a linear layer of a file.
type linear struct {
	name         string
	weight, bias *model.Tensor
}

// chain converts the parameters of a network to the names and shapes of a
// [model.Model]. If ours is true, square weights are (In, Out).
func chain(tensors []model.Tensor, ours bool) ([]model.Tensor, error) {
	layers, err := pair(tensors)
	if err != nil {
		return nil, err
	}
	inOut, outIn := follows(layers, 0), follows(layers, 1)
	switch {
	case !inOut && !outIn:
		return nil, errors.New("has weights and biases whose shapes do not follow each other, as (In, Out) or as (Out, In): " + shapes(layers))
	case inOut && outIn && !ours:
		return nil, errors.New("has only square weights, which may be (In, Out) or (Out, In): " + shapes(layers))
	}
	var chained []model.Tensor
	for i, l := range layers {
		weight, bias := *l.weight, *l.bias
		if !inOut {
			weight = transposed(weight)
		}
		weight.Name, bias.Name = fmt.Sprintf("layers.%d.weight", i), fmt.Sprintf("layers.%d.bias", i)
		chained = append(chained, weight, bias)
	}
	return chained, nil
}

// pair joins the weights and biases of each layer, and sorts the layers by name.
func pair(tensors []model.Tensor) ([]*linear, error) {
	layers := map[string]*linear{}
	for _, t := range tensors {
		if slices.Contains(t.Shape, 0) {
			return nil, fmt.Errorf("the shape of %q must be positive numbers (got %v)", t.Name, t.Shape)
		}
		at := strings.LastIndexByte(t.Name, '.')
		name, kind := t.Name[:max(at, 0)], t.Name[at+1:]
		l := layers[name]
		if l == nil {
			l = &linear{name: name}
			layers[name] = l
		}
		switch {
		case kind == "weight" && len(t.Shape) == 2 && l.weight == nil:
			l.weight = &t
		case kind == "bias" && len(t.Shape) == 1 && l.bias == nil:
			l.bias = &t
		default:
			return nil, fmt.Errorf("must hold only NAME.weight and NAME.bias of linear layers, each once (got %q of shape %v)", t.Name, t.Shape)
		}
	}
	var sorted []*linear
	for _, l := range layers {
		if l.weight == nil || l.bias == nil {
			return nil, fmt.Errorf("has a layer %q that lacks its weight or its bias", l.name)
		}
		sorted = append(sorted, l)
	}
	if len(sorted) == 0 {
		return nil, errors.New("must hold NAME.weight and NAME.bias of linear layers (got no layer)")
	}
	slices.SortFunc(sorted, func(a, b *linear) int { return compareNames(a.name, b.name) })
	return sorted, nil
}

// follows reports whether the outputs of every layer fit the inputs of the next, if
// dimension in of a weight is that of its inputs.
func follows(layers []*linear, in int) bool {
	for i, l := range layers {
		if l.weight.Shape[1-in] != l.bias.Shape[0] {
			return false
		}
		if i > 0 && l.weight.Shape[in] != layers[i-1].bias.Shape[0] {
			return false
		}
	}
	return true
}

// shapes lists the first few weights and their biases.
func shapes(layers []*linear) string {
	var list []string
	for _, l := range layers[:min(len(layers), 4)] {
		list = append(list, fmt.Sprintf("%q %v and %v", l.name, l.weight.Shape, l.bias.Shape))
	}
	return strings.Join(list, ", ")
}

// runs matches runs of digits in a name, and what is between them.
var runs = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// compareNames compares names with their numbers by value: "fc2" before "fc10".
func compareNames(a, b string) int {
	as, bs := runs.FindAllString(a, -1), runs.FindAllString(b, -1)
	return slices.CompareFunc(as, bs, func(x, y string) int {
		i, errX := strconv.ParseUint(x, 10, 64)
		j, errY := strconv.ParseUint(y, 10, 64)
		if errX == nil && errY == nil && i != j {
			return cmp.Compare(i, j)
		}
		return cmp.Compare(x, y)
	})
}
