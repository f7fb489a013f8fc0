package backendtest

import (
	"fmt"

	"mnistgpu/internal/backend"
)

// exactUpdates are numbers whose updates are exact where the rates, L2 and other factors
// are powers of two, and realUpdates others.
var (
	exactUpdates = []kind{
		{name: "whole numbers", numbers: small, rule: always(exact)},
		{name: "NaN", numbers: oneNaN, rule: always(exact)},
	}
	realUpdates = []kind{{name: "real numbers", numbers: normal, rule: sum}}
)

// An updateTrial is an experiment with a verb that updates (rows, cols) parameters.
type updateTrial func(s *stage, k kind, rows, cols int, l2 float32)

// updates lists the trials of an update with each kind of numbers.
func updates(kinds []kind, play updateTrial) (list []trial) {
	for _, k := range kinds {
		for _, shape := range [][2]int{{1, 1}, {3, 31}, {1, 1000}, {127, 33}} {
			for _, l2 := range []float32{0, 0.25} {
				name := fmt.Sprintf("%s, %dx%d, L2 %v", k.name, shape[0], shape[1], l2)
				list = append(list, trial{name, func(s *stage) { play(s, k, shape[0], shape[1], l2) }})
			}
		}
	}
	return list
}

func sgdStepTrials() []trial {
	return append(updates(exactUpdates, sgdUpdate), updates(realUpdates, sgdUpdate)...)
}

// sgdUpdate judges p by four roundings: of L2·p, of the sum with g, of the product with the
// learning rate and of the difference.
func sgdUpdate(s *stage, k kind, rows, cols int, l2 float32) {
	p := s.changed("p", k.rule(4), k.numbers, rows, cols)
	g := s.numbers(k.numbers, rows, cols)
	sgd := s.sgd(l2)
	s.run(func(ops backend.Ops) { ops.SGDStep(p, g, sgd) })
}

func momentumStepTrials() []trial {
	return append(updates(exactUpdates, momentumUpdate(0.5)), updates(realUpdates, momentumUpdate(0.9))...)
}

// momentumUpdate judges v by four roundings: of L2·p, of the sum with g, of the product
// with v and of the second sum. For p, the product with the learning rate and the
// difference add two.
func momentumUpdate(momentum float32) updateTrial {
	return func(s *stage, k kind, rows, cols int, l2 float32) {
		p := s.changed("p", k.rule(6), k.numbers, rows, cols)
		v := s.changed("v", k.rule(4), k.numbers, rows, cols)
		g := s.numbers(k.numbers, rows, cols)
		momentum := backend.Momentum{SGD: s.sgd(l2), Momentum: momentum}
		s.run(func(ops backend.Ops) { ops.MomentumStep(p, v, g, momentum) })
	}
}

// advanceTrials advances step, cursor, both and neither.
func advanceTrials() (list []trial) {
	var none backend.Tensor
	for _, n := range []int{0, 1, 128, 60000} {
		count := func(s *stage) {
			step, cursor := s.counter("step", 3), s.counter("cursor", 7)
			stepAlone, cursorAlone := s.counter("step alone", 0), s.counter("cursor alone", 0)
			g := s.capture(func(ops backend.Ops) {
				ops.Advance(step, cursor, n)
				ops.Advance(stepAlone, none, n)
				ops.Advance(none, cursorAlone, n)
				ops.Advance(none, none, n)
				ops.Advance(step, cursor, 2)
			})
			s.replay(g, 3)
		}
		list = append(list, trial{fmt.Sprintf("by %d", n), count})
	}
	return list
}
