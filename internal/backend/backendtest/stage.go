package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/internal/backend"
)

// An experiment makes tensors on a stage, captures steps that use them and replays the
// steps. It is run on several backends and must do the same on each.
type experiment func(s *stage)

// A stage is a backend that one experiment is run on. Its methods do nothing after the
// first error, which stays in err.
type stage struct {
	b    backend.Backend
	rand *rand.Rand // seeded alike for each run

	// magnitudes replaces every float32 by its absolute value and makes learning rates
	// negative, so that each result is a sum of absolute values.
	magnitudes bool

	props []*prop
	err   error
}

// prop is a tensor on a stage.
type prop struct {
	name   string
	tensor backend.Tensor
	values []float64 // of an input: what it must still hold at the end
	rule   *rule     // of an output: how it is judged
}

// output is what an experiment left in a tensor.
type output struct {
	name   string
	rule   rule
	values []float64
}

// try runs e twice on b, which must give the same bits, and judges the outputs by the
// Reference.
func try(b backend.Backend, e experiment) error {
	got, err := play(b, e, false)
	if err != nil {
		return err
	}
	again, err := play(b, e, false)
	if err != nil {
		return fmt.Errorf("second run: %w", err)
	}
	want, err := play(new(Reference), e, false)
	if err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	size, err := sizes(want, e)
	if err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	for i, out := range got {
		if err := sameBits(again[i].values, out.values); err != nil {
			return fmt.Errorf("%s: second run differs: %w", out.name, err)
		}
		if err := out.rule.judge(out.values, want[i].values, size[i].values); err != nil {
			return fmt.Errorf("%s: %w", out.name, err)
		}
	}
	return nil
}

// sizes runs e with magnitudes if the rule of any of its outputs needs them.
func sizes(outputs []output, e experiment) ([]output, error) {
	for _, out := range outputs {
		if out.rule.sized {
			return play(new(Reference), e, true)
		}
	}
	return make([]output, len(outputs)), nil
}

// play runs e on b and returns its outputs. Inputs and guards must have kept their
// bits.
func play(b backend.Backend, e experiment, magnitudes bool) ([]output, error) {
	s := &stage{b: b, rand: rand.New(rand.NewPCG(1, 2)), magnitudes: magnitudes}
	s.guard()
	e(s)
	var outputs []output
	for _, p := range s.props {
		values := s.download(p.tensor)
		if s.err != nil {
			return nil, s.err
		}
		if p.rule != nil {
			outputs = append(outputs, output{p.name, *p.rule, values})
		} else if err := sameBits(values, p.values); err != nil {
			return nil, fmt.Errorf("%s %v was written to: %w", p.name, p.tensor, err)
		}
	}
	return outputs, nil
}

// input makes a tensor that verbs must leave alone.
func (s *stage) input(dt backend.DType, rows, cols int, values []float64) backend.Tensor {
	if s.magnitudes && dt == backend.Float32 {
		values = absolute(values)
	}
	return s.place(&prop{name: "input", values: values}, dt, rows, cols, values)
}

// rates makes a table of learning rates.
func (s *stage) rates(rates ...float64) backend.Tensor {
	rates = s.ascents(rates)
	return s.place(&prop{name: "rates", values: rates}, backend.Float32, len(rates), 1, rates)
}

// output makes a tensor for results, judged by r, that starts with values.
func (s *stage) output(name string, r rule, dt backend.DType, rows, cols int, values []float64) backend.Tensor {
	if s.magnitudes && dt == backend.Float32 {
		values = absolute(values)
	}
	return s.place(&prop{name: name, rule: &r}, dt, rows, cols, values)
}

// floats makes a float32 output that starts with values.
func (s *stage) floats(name string, r rule, rows, cols int, values []float64) backend.Tensor {
	return s.output(name, r, backend.Float32, rows, cols, values)
}

// result makes a float32 output that is NaN everywhere, so that an element that is not
// written, or is added to, is noticed.
func (s *stage) result(name string, r rule, rows, cols int) backend.Tensor {
	return s.floats(name, r, rows, cols, repeat(math.NaN(), rows*cols))
}

// counter makes an Int32 output with the given initial values, which must come out
// exact.
func (s *stage) counter(name string, values ...float64) backend.Tensor {
	return s.output(name, exact, backend.Int32, len(values), 1, values)
}

// place allocates p's tensor, with a guard after it.
func (s *stage) place(p *prop, dt backend.DType, rows, cols int, values []float64) backend.Tensor {
	p.tensor = s.alloc(dt, rows, cols)
	s.props = append(s.props, p)
	s.write(p.tensor, values)
	s.guard()
	return p.tensor
}

// guard allocates bytes that nothing may write to.
func (s *stage) guard() {
	pattern := repeat(0xa5, 64)
	t := s.alloc(backend.Uint8, 1, len(pattern))
	s.write(t, pattern)
	s.props = append(s.props, &prop{name: "guard", tensor: t, values: pattern})
}

func (s *stage) alloc(dt backend.DType, rows, cols int) (t backend.Tensor) {
	if s.err == nil {
		t, s.err = s.b.Alloc(dt, rows, cols)
	}
	return t
}

// set gives t new values between two replays.
func (s *stage) set(t backend.Tensor, values ...float64) {
	if s.magnitudes && t.DType == backend.Float32 {
		values = absolute(values)
	}
	s.overwrite(t, values)
}

// setRates is set for a table of learning rates.
func (s *stage) setRates(t backend.Tensor, rates ...float64) {
	s.overwrite(t, s.ascents(rates))
}

// ascents returns rates, or with magnitudes the negative rates that turn p - lr·g into
// a sum.
func (s *stage) ascents(rates []float64) []float64 {
	if !s.magnitudes {
		return rates
	}
	rates = absolute(rates)
	for i := range rates {
		rates[i] = -rates[i]
	}
	return rates
}

func (s *stage) overwrite(t backend.Tensor, values []float64) {
	for _, p := range s.props {
		if p.tensor == t && p.rule == nil {
			p.values = values
		}
	}
	s.write(t, values)
}

// capture records a step.
func (s *stage) capture(step func(backend.Ops)) (g backend.Graph) {
	if s.err == nil {
		g, s.err = s.b.Capture(step)
	}
	return g
}

// replay runs g the given number of times.
func (s *stage) replay(g backend.Graph, times int) {
	for range times {
		if s.err == nil {
			s.err = g.Replay()
		}
	}
}

// run captures a step and replays it once.
func (s *stage) run(step func(backend.Ops)) { s.replay(s.capture(step), 1) }
