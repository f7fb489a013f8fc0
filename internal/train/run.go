package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// Result is the outcome of a run.
type Result struct {
	Stop            StopReason
	Batch           int // images per step
	Steps           int
	Epochs          float64 // images seen, in multiples of the training set's size
	History         []Record
	Model           *model.Model // nil after divergence
	Kept            int          // line of the History with the loss of Model
	Seconds         float64      // wall time of training, including evaluations
	ImagesPerSecond float64      // training only
}

// Run trains a network on data and reports to o. It stops early, after a whole step,
// when ctx is done or as c.Stopping says. With patience, the result has the weights
// with the lowest validation loss, unless the run has reached its target; otherwise it
// has the weights of the last step.
//
// If from is not nil, Run resumes the run from that state, which an earlier call with
// the same b, data and c gave its Saver: except for the times, the result has the bits
// of an uninterrupted run. If s is nil, no states are kept.
//
// If a number became NaN or infinite, the error has a [*Divergence], and the result no
// model. Any other error comes without a result: it is of the kind fault.BadUsage if c
// does not fit the data, of the kind fault.BadState if from is not a state of such a
// run, or a fault of the backend.
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
	if err := t.announce(from); err != nil { // may use images from the first one on
		return nil, err
	}
	t.started = time.Now()
	if from != nil {
		if err := t.restore(from); err != nil {
			return nil, err
		}
	}
	err = t.train(ctx)
	if fault.Is(err, fault.Diverged) {
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
	saved    int // steps done when the state was last saved or restored
	checked  int // steps whose loss is known to be finite
	history  []Record
	model    *model.Model // as of the last record
	best     best
	stop     StopReason // "" while the run goes on
	started  time.Time  // moved back by the time before the restored state
	reported time.Time
	overhead time.Duration // spent on evaluations and saves
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

// record records one step: forward, backward, update, and advance to the next batch.
func (t *trainer) record(ops backend.Ops, rows int) {
	t.net.Step(ops, t.feed.batch(rows), t.tally, t.optimizer)
	ops.Advance(t.tally.Step, t.feed.cursor, rows)
}

// train takes steps until there is a reason to stop, and evaluates the network after
// the last one. An evaluation that an uninterrupted run would not have made is not part
// of the state saved at the end.
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

// next takes one step, or a stretch of them, and then does what is due: an evaluation
// or a report, and after that a save.
func (t *trainer) next() error {
	if err := t.advance(t.stepsUntilDue()); err != nil {
		return err
	}
	if err := t.evaluateOrReport(); err != nil {
		return err
	}
	if t.saver != nil && t.saver.Due(t.step, t.step%t.plan.perEpoch == 0) {
		return t.save()
	}
	return nil
}

// evaluateOrReport evaluates the network if that is due, and otherwise reports from time to time.
func (t *trainer) evaluateOrReport() error {
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

// shuffles reports whether each epoch has its own order. A full batch is never
// shuffled, since the order within it does not affect the gradient.
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
		ImagesPerSecond: float64(images) / (total - t.overhead).Seconds(),
	}
}

// imagesIn is the number of images that the steps from first to end saw.
func (t *trainer) imagesIn(first, end int) int {
	before := func(step int) int {
		return step/t.plan.perEpoch*t.plan.images + step%t.plan.perEpoch*t.plan.batch
	}
	return before(end) - before(first)
}

// widths returns the network's widths, from pixels to classes.
func (c Config) widths(data *mnist.Dataset) []int {
	widths := append([]int{data.Height * data.Width}, c.Hidden...)
	return append(widths, data.Classes)
}
