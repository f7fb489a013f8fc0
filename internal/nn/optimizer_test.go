package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
)

// usual has the methods with their usual parameters.
var usual = []Optimizer{
	{Method: SGD, L2: fixtureL2},
	{Method: Momentum, Momentum: 0.9, L2: fixtureL2},
	{Method: Adam, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-3, L2: fixtureL2},
}

// schedule is long enough for each term of a method to show.
func schedule(steps int) []float64 {
	rates := make([]float64, steps)
	for i := range rates {
		rates[i] = 0.02 / (1 + float64(i)/4)
	}
	return rates
}

// TestRates compares Adam by the table with Adam as in algorithm 1 of the paper, on a
// series of gradients. Epsilon is left out: in this package's form it is √(1-β2^t)
// times the paper's.
func TestRates(t *testing.T) {
	o := usual[2]
	o.Epsilon = 0
	if err := followsPaper(o, o.Rates(schedule(50))); err != nil {
		t.Error(err)
	}
	for fault, rates := range map[string][]float32{
		"correction of the next step":   o.Rates(schedule(51))[1:],
		"correction of the step before": append(o.Rates(schedule(1)), o.Rates(schedule(49))...),
		"no correction":                 usual[0].Rates(schedule(50)),
	} {
		if followsPaper(o, rates) == nil {
			t.Errorf("%s: survived", fault)
		}
	}
}

// followsPaper compares the steps that the rates give with the paper's. The limit
// is the rounding of a rate to float32.
func followsPaper(o Optimizer, rates []float32) error {
	beta1, beta2 := float64(o.Beta1), float64(o.Beta2)
	var m, v float64
	for i, lr := range schedule(len(rates)) {
		g := math.Sin(float64(i)) + 0.5
		m, v = beta1*m+(1-beta1)*g, beta2*v+(1-beta2)*g*g
		t := float64(i + 1)
		want := lr * (m / (1 - math.Pow(beta1, t))) / math.Sqrt(v/(1-math.Pow(beta2, t)))
		if got := float64(rates[i]) * m / math.Sqrt(v); !(math.Abs(got-want) <= 0x1p-23*math.Abs(want)) {
			return fmt.Errorf("step %d goes by %v, want %v", i, got, want)
		}
	}
	return nil
}

// TestRatesElsewhere shows that the other methods take the schedule as it is.
func TestRatesElsewhere(t *testing.T) {
	for _, o := range usual[:2] {
		for i, lr := range schedule(5) {
			if got := o.Rates(schedule(5))[i]; got != float32(lr) {
				t.Errorf("%s: rate %d is %v, want %v", o.Method, i, got, float32(lr))
			}
		}
	}
}

// A trainee is a fixture whose network learns by a method.
type trainee struct {
	*fixture
	steps int
}

func newTrainee(t *testing.T, o Optimizer, chunk, steps int) *trainee {
	t.Helper()
	f := newFixture(t, chunk, o.Method)
	step := f.tally.Step
	f.must(f.b.Upload(step, backend.Bytes([]int32{0})))
	f.tally.Loss, f.tally.Hits = upload(f, steps, 1, make([]float64, steps)), upload(f, steps, 1, make([]int32, steps))
	f.rule = o
	f.rule.Step, f.rule.LearningRate = step, upload(f, steps, 1, o.Rates(schedule(steps)))
	return &trainee{f, steps}
}

func (f *trainee) train() {
	f.t.Helper()
	for range f.steps {
		f.run(func(ops backend.Ops) {
			f.m.Step(ops, f.batch, f.tally, f.rule)
			ops.Advance(f.rule.Step, backend.Tensor{}, 0)
		})
	}
}

// TestMethods trains by each method, and by its textbook formula on gradients
// that another network of the same parameters gives. Both are float64, so that
// only the order of operations differs.
func TestMethods(t *testing.T) {
	const steps = 30
	for _, o := range usual {
		for _, chunk := range []int{fixtureRows, 5} {
			f := newTrainee(t, o, chunk, steps)
			f.train()
			if err := f.near(textbook(t, o, steps)); err != nil {
				t.Errorf("%s in chunks of %d: %v", o.Method, chunk, err)
			}
			for fault, spoil := range map[string]func(o *Optimizer){
				"momentum of 0.899": func(o *Optimizer) { o.Momentum *= 0.899 / 0.9 },
				"Beta1 of 0.899":    func(o *Optimizer) { o.Beta1 *= 0.899 / 0.9 },
				"Beta2 of 0.998":    func(o *Optimizer) { o.Beta2 *= 0.998 / 0.999 },
				"double epsilon":    func(o *Optimizer) { o.Epsilon *= 2 },
				"no L2":             func(o *Optimizer) { o.L2 = 0 },
			} {
				other := o
				if spoil(&other); other != o && f.near(textbook(t, other, steps)) == nil {
					t.Errorf("%s: %s: survived", o.Method, fault)
				}
			}
		}
	}
}

// near compares the parameters with others.
func (f *trainee) near(want [][]float64) error {
	for i, p := range f.params() {
		for j, got := range p {
			if !(math.Abs(got-want[i][j]) <= 1e-12) {
				return fmt.Errorf("parameter %d of tensor %d is %v, want %v", j, i, got, want[i][j])
			}
		}
	}
	return nil
}

// textbook trains by formulas on slices. The rates are rounded as in the device's
// table.
func textbook(t *testing.T, o Optimizer, steps int) [][]float64 {
	t.Helper()
	f := newFixture(t, 5, SGD) // smaller than the batch, so that gradients are stored
	m, v := f.copies(), f.copies()
	for i := range m {
		clear(m[i])
		clear(v[i])
	}
	for _, rate := range o.Rates(schedule(steps)) {
		for i, g := range f.gradients() {
			p := f.params()[i]
			for j, d := range g {
				if isWeight := i%2 == 0; isWeight {
					d += float64(o.L2) * p[j]
				}
				p[j] -= float64(rate) * o.direction(d, &m[i][j], &v[i][j])
			}
		}
	}
	return f.params()
}

// direction is what a method multiplies by the rate.
func (o Optimizer) direction(g float64, m, v *float64) float64 {
	beta1, beta2 := float64(o.Beta1), float64(o.Beta2)
	switch o.Method {
	case Momentum:
		*v = float64(o.Momentum)**v + g
		return *v
	case Adam:
		*m += (1 - beta1) * (g - *m)
		*v += (1 - beta2) * (g*g - *v)
		return *m / (math.Sqrt(*v) + float64(o.Epsilon))
	}
	return g
}

// gradients returns the gradients of the batch's mean loss, in the order of the
// parameters.
func (f *fixture) gradients() (grads [][]float64) {
	f.run(func(ops backend.Ops) {
		for offset := 0; offset < fixtureRows; offset += 5 {
			part := f.batch.Chunk(offset, min(5, fixtureRows-offset))
			f.m.Accumulate(ops, part, f.tally, 1./fixtureRows, offset > 0)
		}
	})
	for _, l := range f.m.layers {
		grads = append(grads, slices.Clone(f.b.Values(l.dw)), slices.Clone(f.b.Values(l.db)))
	}
	return grads
}

// TestState stops a training halfway and continues with a new network. It must end
// where the uninterrupted training does, and would not without the state.
func TestState(t *testing.T) {
	for _, o := range usual {
		whole := newTrainee(t, o, 5, pausedSteps)
		whole.train()
		if err := resumed(t, o, true).near(whole.params()); err != nil {
			t.Errorf("%s: after a pause: %v", o.Method, err)
		}
		if o.Method != SGD && resumed(t, o, false).near(whole.params()) == nil {
			t.Errorf("%s: does not need its state", o.Method)
		}
	}
}

const pausedSteps = 10

// resumed copies parameters and step, and the state if asked to, from one network to
// another after four steps.
func resumed(t *testing.T, o Optimizer, withState bool) *trainee {
	t.Helper()
	first, second := newTrainee(t, o, 5, pausedSteps), newTrainee(t, o, 5, pausedSteps)
	first.steps, second.steps = 4, pausedSteps-4
	first.train()
	from, to := first.m.Params(), second.m.Params()
	if withState {
		from, to = append(from, first.m.State()...), append(to, second.m.State()...)
	}
	for i := range from {
		copy(second.b.Values(to[i].Tensor), first.b.Values(from[i].Tensor))
	}
	second.must(second.b.Upload(second.rule.Step, backend.Bytes([]int32{4})))
	second.train()
	return second
}

func TestStateNames(t *testing.T) {
	for method, want := range map[Method][]string{
		SGD:      nil,
		Momentum: {"layers.0.weight.momentum", "layers.0.bias.momentum", "layers.1.weight.momentum"},
		Adam:     {"layers.0.weight.adam_m", "layers.0.weight.adam_v", "layers.0.bias.adam_m", "layers.0.bias.adam_v"},
	} {
		f := newFixture(t, 5, method)
		state, params := f.m.State(), f.m.Params()
		each := len(method.state())
		if len(state) != each*len(params) {
			t.Fatalf("%s: %d tensors of state for %d parameters", method, len(state), len(params))
		}
		tensors := map[backend.Tensor]bool{}
		for i, s := range state {
			if i < len(want) && s.Name != want[i] {
				t.Errorf("%s: tensor %d is %s, want %s", method, i, s.Name, want[i])
			}
			if !slices.Equal(s.Shape, params[i/each].Shape) || s.Tensor.Len() != params[i/each].Tensor.Len() {
				t.Errorf("%s: %s is %v, want it like %s", method, s.Name, s.Tensor, params[i/each].Name)
			}
			tensors[s.Tensor] = true
		}
		if len(tensors) != len(state) {
			t.Errorf("%s: some state is shared", method)
		}
	}
}

// TestOtherMethod checks that a step by a method that the network has no state for
// panics.
func TestOtherMethod(t *testing.T) {
	f := newFixture(t, fixtureRows, SGD)
	f.rule.Method = Adam
	defer func() {
		if got, want := recover(), "nn: a step by another method than the network's"; got != want {
			t.Errorf("panics with %v, want %s", got, want)
		}
	}()
	f.run(func(ops backend.Ops) { f.m.Step(ops, f.batch, f.tally, f.rule) })
}
