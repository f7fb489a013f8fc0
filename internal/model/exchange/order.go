package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An arrangement is an order of linear layers in which each fits the next one.
type arrangement struct {
	layers []*layer
	in     int // the dimension of the inputs in weights: 0 for (In, Out), 1 for (Out, In)
}

func (a arrangement) String() string {
	var names []string
	for _, l := range a.layers {
		names = append(names, l.name)
	}
	return strings.Join(escaped(names), ",")
}

// ErrOrder is the cause of an error if nothing in a file says in which order its layers are.
var ErrOrder = errors.New("has layers that fit in more than one order")

// arrange finds the order of linear layers: that of names, if there are some. Otherwise,
// numbers decide among names that are equal apart from them, unless no order of these
// numbers fits, and shapes decide among the rest. If several orders fit, the order of the file is taken if it is one of them and
// written is true; otherwise there is an error that names some of them. If inOut is true,
// all weights are (In, Out).
func arrange(layers []*layer, names []string, inOut, written bool) (arrangement, error) {
	s := search{layers: slices.Clone(layers), used: make([]bool, len(layers))}
	slices.SortStableFunc(s.layers, func(a, b *layer) int { return compareNames(a.name, b.name) })
	for _, l := range s.layers {
		s.stems = append(s.stems, digits.ReplaceAllString(l.name, "#"))
	}
	if len(names) > 0 {
		if err := s.take(names); err != nil {
			return arrangement{}, err
		}
	}
	s.run(inOut)
	if len(s.found) == 0 && len(names) == 0 {
		// Flax numbers layers in the order in which they are made: in
		// Dense(10)(relu(Dense(30)(x))), Dense_0 is the last one.
		for i, l := range s.layers {
			s.stems[i] = l.name
		}
		s.run(inOut)
	}
	switch {
	case len(s.found) == 0:
		return arrangement{}, errors.New("has weights and biases whose shapes do not follow each other, as (In, Out) or as (Out, In): " + shapes(layers))
	case len(s.found) == 1:
		return s.found[0], nil
	case len(s.found) == 2 && slices.Equal(s.found[0].layers, s.found[1].layers):
		return arrangement{}, errors.New("has only square weights, which may be (In, Out) or (Out, In): " + shapes(layers))
	}
	for _, a := range s.found {
		if written && slices.Equal(a.layers, layers) {
			return a, nil
		}
	}
	return arrangement{}, fmt.Errorf("%w, such as %s and %s", ErrOrder, s.found[0], s.found[1])
}

// A search tries the orders of layers, depth first.
type search struct {
	layers []*layer // by name, with the numbers in names by value
	stems  []string // names without their numbers
	used   []bool
	in     int
	found  []arrangement
	steps  int
}

// Limits of a search: orders beyond a few say nothing new, and files are not trusted.
const (
	maxFound = 8
	maxSteps = 1 << 16
)

// run tries both kinds of weights, or only (In, Out).
func (s *search) run(inOut bool) {
	for s.in = 0; s.in < 2 && !(inOut && s.in == 1); s.in++ {
		s.extend(nil)
	}
}

// extend tries all layers that may follow order.
func (s *search) extend(order []*layer) {
	if len(order) == len(s.layers) {
		s.found = append(s.found, arrangement{slices.Clone(order), s.in})
	}
	for i, l := range s.layers {
		if s.steps++; s.steps > maxSteps || len(s.found) == maxFound {
			return
		}
		if s.used[i] || !s.fits(order, l) || s.comesLater(i) {
			continue
		}
		s.used[i] = true
		s.extend(append(order, l))
		s.used[i] = false
	}
}

// fits reports whether l can follow order.
func (s *search) fits(order []*layer, l *layer) bool {
	out := l.weight.Shape[1-s.in]
	if l.inOut && s.in == 1 || l.bias != nil && l.bias.Shape[0] != out {
		return false
	}
	return len(order) == 0 || order[len(order)-1].weight.Shape[1-s.in] == l.weight.Shape[s.in]
}

// comesLater reports whether a layer remains whose name differs from that of layer i only
// in a lower number.
func (s *search) comesLater(i int) bool {
	for j := range i {
		if !s.used[j] && s.stems[j] == s.stems[i] {
			return true
		}
	}
	return false
}

// take puts the layers into the order of names, the only one that is tried.
func (s *search) take(names []string) error {
	known := arrangement{layers: s.layers}
	position := map[string]int{}
	for i, name := range names {
		position[name] = i
	}
	for i, l := range s.layers {
		if _, ok := position[l.name]; !ok || len(position) != len(s.layers) || len(names) != len(s.layers) {
			return fmt.Errorf("has the layers %s, each of which must be named once", known)
		}
		s.stems[i] = ""
	}
	slices.SortFunc(s.layers, func(a, b *layer) int { return cmp.Compare(position[a.name], position[b.name]) })
	return nil
}

// escaped returns names that can be shown, whatever a file has in them.
func escaped(names []string) []string {
	var list []string
	for _, name := range names {
		quoted := strconv.Quote(name)
		list = append(list, quoted[1:len(quoted)-1])
	}
	return list
}

// shapes lists the first few weights and their biases.
func shapes(layers []*layer) string {
	var list []string
	for _, l := range layers[:min(len(layers), 4)] {
		text := fmt.Sprintf("%q %v", l.name, l.weight.Shape)
		if l.bias != nil {
			text += fmt.Sprintf(" and %v", l.bias.Shape)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// runs matches runs of digits in a name, and what is between them.
var runs = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// digits matches runs of digits.
var digits = regexp.MustCompile(`[0-9]+`)

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
