package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// Result is what a run leaves behind.
type Result struct {
	Stop            StopReason
	Batch           int // images a step
	Steps           int
	Epochs          float64 // images seen, in sizes of the training set
	History         []Record
	Model           *model.Model // nil after divergence
	Kept            int          // line of the History that has the loss of Model
	Seconds         float64      // wall time of training, with evaluations
	ImagesPerSecond float64      // training alone
}

// Run trains a network on data and reports to o. It stops early, after a whole
// step, when ctx is done or as c.Stopping says. With patience it leaves behind
// the weights of the lowest validation loss, unless it has reached its target,
// and otherwise those of the last step.
//
// It goes on from a state that an earlier call with the same b, data and c gave
// its Saver: the result has the bits of a run in one go, but for the times. A nil
// state is that of a run before its first step; a nil Saver keeps no states.
//
// The error is a [*DivergedError], beside a result without a model, if the
// training left the finite numbers. Otherwise it comes without a result: a
// [*ConfigError] if c does not fit the data, a [*StateError] if from is not of
// such a run, or a fault of the backend.
func Run(ctx context.Context, b backend.Backend, data *mnist.Dataset, c Config, o Observer, from *State, s Saver) (*Result, error) {
	t, err := newTrainer(b, data, c, o)
	if err != nil {
		return nil, err
	}
	t.saver = s
	if from != nil {
		if err := t.checkState(from); err != nil {
			return nil, err
		}
	}
	if err := t.announce(from); err != nil { // which may look at images from the first on
		return nil, err
	}
	t.started = time.Now()
	if from != nil {
		if err := t.restore(from); err != nil {
			return nil, err
		}
	}
	err = t.train(ctx)
	var diverged *DivergedError
	if errors.As(err, &diverged) {
		t.stop, t.model = StopDiverged, nil
	} else if err != nil {
		return nil, err
	}
	return t.result(), err
}

// trainer is a run in progress.
type trainer struct {
	b        backend.Backend
	config   Config
	plan     plan
	data     *mnist.Dataset
	observer Observer
	saver    Saver // nil if no states are kept

	net        *nn.MLP
	feed       *feed
	tally      backend.Tally
	optimizer  nn.Optimizer
	graphs     graphs
	stretch    stretch
	test       *evaluator
	validation *evaluator // nil without a validation set
	generator  *rand.PCG  // of draw
	draw       *rand.Rand

	step     int // steps done
	saved    int // steps done when the state was last saved, or when it was restored
	checked  int // steps whose loss is known to be finite
	history  []Record
	model    *model.Model // as of the last record
	best     best
	stop     StopReason // "" while the run goes on
	started  time.Time  // less what came before the state that was restored
	reported time.Time
	aside    time.Duration // spent on evaluations and saves
}

func newTrainer(b backend.Backend, data *mnist.Dataset, c Config, o Observer) (*trainer, error) {
	p, err := c.plan(data.Train.Len())
	if err != nil {
		return nil, err
	}
	t := &trainer{b: b, config: c, plan: p, data: data, observer: o}
	t.generator, t.draw = newShuffle(c.Seed)
	if t.net, err = nn.New(b, c.widths(data), p.batch, c.InitStd, c.Seed, c.Optimizer); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if err := t.openFeeds(); err != nil {
		return nil, err
	}
	if t.tally, err = newTally(b, p.steps); err != nil {
		return nil, fmt.Errorf("tally: %w", err)
	}
	if t.optimizer, err = t.newOptimizer(); err != nil {
		return nil, fmt.Errorf("learning rates: %w", err)
	}
	if t.graphs, err = capture(b, p.images, p.batch, t.record); err != nil {
		return nil, err
	}
	return t, t.captureStretch()
}

// record is one step: forward, backward, update, and on to the next batch.
func (t *trainer) record(ops backend.Ops, rows int) {
	t.net.Step(ops, t.feed.batch(rows), t.tally, t.optimizer)
	ops.Advance(t.tally.Step, t.feed.cursor, rows)
}

// train takes step after step, the last of which is followed by an evaluation.
// One that would not be there had the run gone on is no part of the state that is
// saved at the end.
func (t *trainer) train(ctx context.Context) error {
	for t.stop = t.reasonToStop(ctx); t.stop == ""; t.stop = t.reasonToStop(ctx) {
		if err := t.next(); err != nil {
			return err
		}
	}
	if err := t.save(); err != nil {
		return err
	}
	if !t.evaluated() {
		if err := t.evaluate(); err != nil {
			return err
		}
	}
	if t.stop == StopTime && t.onTarget() {
		t.stop = StopTarget
	}
	return nil
}

// next takes one step, or a stretch of them, and does what is due after it: an
// evaluation or a report, and then a save.
func (t *trainer) next() error {
	if err := t.advance(t.undisturbed()); err != nil {
		return err
	}
	if err := t.look(); err != nil {
		return err
	}
	if t.saver != nil && t.saver.Due(t.step, t.step%t.plan.perEpoch == 0) {
		return t.save()
	}
	return nil
}

// look evaluates the network or, between evaluations, reports now and then.
func (t *trainer) look() error {
	if t.config.evaluateAfter(t.step-1, t.plan) {
		return t.evaluate()
	}
	if time.Since(t.reported) < reportInterval {
		return nil
	}
	loss, accuracy, err := t.recent()
	if err != nil {
		return err
	}
	t.report(loss, accuracy)
	return nil
}

// beginEpoch goes back to the first image and shuffles.
func (t *trainer) beginEpoch() error {
	if t.shuffles() {
		if err := t.feed.shuffle(t.draw); err != nil {
			return err
		}
	}
	return t.feed.rewind()
}

// shuffles reports whether each epoch has an order of its own. The order within a
// full batch is left alone, since it does not matter to the gradient.
func (t *trainer) shuffles() bool { return t.config.Shuffle && t.plan.perEpoch > 1 }

func (t *trainer) result() *Result {
	total := time.Since(t.started)
	images := t.imagesIn(0, t.step)
	kept := len(t.history) - 1
	if t.model != nil && t.config.Patience > 0 && t.stop != StopTarget {
		t.model, kept = t.best.model, t.best.record
	}
	return &Result{
		Stop:            t.stop,
		Batch:           t.plan.batch,
		Steps:           t.step,
		Epochs:          float64(images) / float64(t.plan.images),
		History:         t.history,
		Model:           t.model,
		Kept:            kept,
		Seconds:         total.Seconds(),
		ImagesPerSecond: float64(images) / (total - t.aside).Seconds(),
	}
}

// imagesIn is the number of images that the steps from first to end saw.
func (t *trainer) imagesIn(first, end int) int {
	before := func(step int) int {
		return step/t.plan.perEpoch*t.plan.images + step%t.plan.perEpoch*t.plan.batch
	}
	return before(end) - before(first)
}

// widths are the network's, from pixels to classes.
func (c Config) widths(data *mnist.Dataset) []int {
	widths := append([]int{data.Height * data.Width}, c.Hidden...)
	return append(widths, data.Classes)
}
