package train

import (
	"slices"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
)

// A Saver keeps the states of a run. Its methods are called from the goroutine that the
// run is on.
type Saver interface {
	// Due is called after each step, or after several that were taken in one go, and
	// says whether to save the state. The argument steps is the number of steps done;
	// epoch says whether the last of them ended an epoch.
	Due(steps int, epoch bool) bool

	// Every is the number of steps of which every multiple must be followed by a call of
	// Due. It is 0 if calls at the ends of epochs, and now and then in between, are
	// enough.
	Every() int

	// Save is called with a state to keep, which nothing changes afterwards: one that
	// was due, or that at the end of the run. All its numbers are finite. The Saver
	// itself must report a state that it cannot keep; the run goes on.
	Save(*State)
}

// State is a run after some of its steps: everything that it takes to resume it as if
// it had never stopped, as plain data.
type State struct {
	Step   int // steps done
	Epoch  int // epochs started
	Cursor int // images of this epoch seen

	Order     []int32 // of the images in this epoch
	Generator []byte  // state of the generator of the orders to come

	Parameters []model.Tensor // as in a [model.Model]
	Method     []model.Tensor // what the method keeps, as in nn.MLP.State

	// The results of each of the last epoch's worth of steps, for the next line of the
	// history.
	Loss []float64
	Hits []int32

	History []Record
	Best    *Best // nil before the first evaluation of a run with patience

	Seconds  float64 // wall time so far
	Overhead float64 // seconds of it not spent on training
}

// Best is the evaluation with the lowest validation loss so far.
type Best struct {
	Record     int // line of the history
	Since      int // evaluations since then, none of them better
	Parameters []model.Tensor
}

// elapsed is the wall time so far.
func (s *State) elapsed() time.Duration { return seconds(s.Seconds) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// save gives the saver the state, unless it already has it or the state is not finite.
// A weight that is not finite is left for the next evaluation to report: the outcome of
// a run does not depend on when its states are saved.
func (t *trainer) save() error {
	if t.saver == nil || t.saved == t.step {
		return nil
	}
	c, err := t.finiteCounts() // waits for the steps
	if err != nil {
		return err
	}
	start := time.Now()
	s, err := t.state(c)
	if fault.Is(err, fault.Diverged) {
		return nil
	}
	if err != nil {
		return err
	}
	t.saver.Save(s)
	t.saved = t.step
	t.overhead += time.Since(start)
	return nil
}

// state copies the state to the host. The error has a [*Divergence] if the state is
// not finite.
func (t *trainer) state(c counts) (*State, error) {
	s := &State{
		Step: t.step, Order: slices.Clone(t.feed.permutation),
		Loss: c.loss[t.firstRecent():t.step], Hits: c.hits[t.firstRecent():t.step],
		History: slices.Clone(t.history), Best: t.best.state(),
		Seconds: time.Since(t.started).Seconds(), Overhead: t.overhead.Seconds(),
	}
	s.Epoch, s.Cursor = t.plan.position(t.step)
	var err error
	if s.Generator, err = t.generator.MarshalBinary(); err != nil {
		return nil, err
	}
	if s.Parameters, err = t.parameters(); err != nil {
		return nil, err
	}
	s.Method, err = t.finiteTensors(t.net.State())
	return s, err
}

// parameters returns the parameters after the last step.
func (t *trainer) parameters() ([]model.Tensor, error) {
	if t.evaluated() {
		return t.model.Tensors, nil
	}
	return t.finiteTensors(t.net.Params())
}

// position returns where the given number of steps, at least one, ends: the number of
// epochs started, and the number of images seen of the last one.
func (p plan) position(steps int) (epoch, cursor int) {
	whole := (steps - 1) / p.perEpoch
	return whole + 1, min((steps-whole*p.perEpoch)*p.batch, p.images)
}

// restore makes t continue from s, which must have passed [trainer.checkState].
func (t *trainer) restore(s *State) error {
	t.step, t.saved, t.checked = s.Step, s.Step, s.Step
	t.history = slices.Clone(s.History)
	t.started, t.overhead = time.Now().Add(-s.elapsed()), seconds(s.Overhead)
	if t.evaluated() {
		t.model = t.modelOf(s.Parameters)
	}
	if b := s.Best; b != nil {
		t.best = best{record: b.Record, model: t.modelOf(b.Parameters), loss: s.History[b.Record].ValLoss, since: b.Since}
	}
	if err := t.generator.UnmarshalBinary(s.Generator); err != nil {
		return err
	}
	copy(t.feed.permutation, s.Order)
	return t.upload(s)
}

// upload copies the part of s that belongs in the device's memory there.
func (t *trainer) upload(s *State) error {
	params := slices.Concat(t.net.Params(), t.net.State())
	for i, tensor := range slices.Concat(s.Parameters, s.Method) {
		if err := backend.Upload(t.b, params[i].Tensor, tensor.Values); err != nil {
			return err
		}
	}
	if err := backend.Upload(t.b, t.feed.order, s.Order); err != nil {
		return err
	}
	if err := backend.Upload(t.b, t.feed.cursor, []int32{int32(s.Cursor)}); err != nil {
		return err
	}
	return t.uploadTally(s)
}

// uploadTally sets the tally to the recent steps of s, to count on from there. Earlier
// steps are in the history.
func (t *trainer) uploadTally(s *State) error {
	c := counts{make([]float64, t.plan.steps), make([]int32, t.plan.steps)}
	copy(c.loss[t.firstRecent():], s.Loss)
	copy(c.hits[t.firstRecent():], s.Hits)
	if err := backend.Upload(t.b, t.tally.Loss, c.loss); err != nil {
		return err
	}
	if err := backend.Upload(t.b, t.tally.Hits, c.hits); err != nil {
		return err
	}
	return backend.Upload(t.b, t.tally.Step, []int32{int32(s.Step)})
}
