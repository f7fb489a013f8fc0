// Package lrfind has the command that finds a learning rate: lr-find.
package lrfind

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

const help = `Find a learning rate by a range test.

A new network takes three steps at each of 100 learning rates, from 1e-6 to 10. The
test stops when the loss exceeds four times its minimum. The suggestion lies in the
valley, two thirds of the way from the rate where the smoothed loss falls fastest to
the one where it is lowest: pass it to train --lr. The steepest and the lowest rate
are good values for --lr-min and --lr of a triangular schedule.

The steps are like the steps of train with the same flags, but on 512 images where
train would take all. The network is not kept. Settings in a file that are not among the
flags of lr-find are ignored.

The run folder holds lr-find.toml, lr-find.csv and the chart lr-find.png.`

const examples = `  mnistgpu lr-find
  mnistgpu lr-find --optimizer adam --hidden 1024,512
  mnistgpu lr-find --data my-letters --batch 64 --run-dir letters-lr --json`

// The files of a range test. Without a config.toml, its folder does not count as a run.
const (
	settingsFile = "lr-find.toml"
	curveFile    = "lr-find.csv"
	chartFile    = "lr-find.png"
)

// rates is the range of the test.
var rates = train.Range{Low: 1e-6, High: 10, Points: 100, Steps: 3}

// minibatch replaces a full batch, of which a test would take 300.
const minibatch = 512

// New returns the lr-find command.
func New(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "lr-find",
		Short:   "Find a learning rate, with a chart",
		Long:    help,
		Example: examples,
		Args:    shared.NoArguments,
	}
	settings.Register(cmd.Flags(), settings.LRFind)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		v, err := settings.Resolve(settings.GivenBy(cmd.Flags()))
		if err != nil {
			return err
		}
		o.Quiet = v.Quiet
		o.OutliveReaders()
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return find(ctx, o, v.Only(settings.LRFind))
	}
	return cmd
}

// find opens what the test needs, runs it and saves what it found.
func find(ctx context.Context, o *ui.IO, v *settings.Values) (err error) {
	read := shared.ReadAhead(ctx, o, v.Data, v.Classes)
	b, err := shared.OpenBackend(o, v)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := read()
	if err != nil {
		return err
	}
	if v.Train.Batch == train.Full {
		v.Train.Batch = min(minibatch, data.Train.Len())
	}
	if err := shared.CheckFor(v.Train, data.Train.Len()); err != nil {
		return err
	}
	dir, err := shared.NewRunDir(v, b, data, data.Name+"-lr-find", settingsFile)
	if err != nil {
		return err
	}
	t := &rangeTest{io: o, v: v, data: data, dir: dir}
	return t.run(ctx, b)
}

// rangeTest is a range test and what it has found.
type rangeTest struct {
	io    *ui.IO
	v     *settings.Values
	data  *mnist.Dataset
	dir   *run.Dir
	curve train.RangeCurve
	broke float64 // the rate at which a loss was not finite, or 0
}

// run runs the test, and saves and prints its result. A test that was stopped saves the
// points that it has.
func (t *rangeTest) run(ctx context.Context, b backend.Backend) error {
	view := t.newView()
	err := train.RangeTest(ctx, b, t.data, t.v.Train, rates, func(rate, loss float64) bool {
		view.point(rate, loss)
		return t.add(rate, loss)
	})
	view.bar.Clear()
	switch {
	case err == nil:
		return t.conclude()
	case len(t.curve.Rates) == 0:
		t.dir.Discard()
		return err
	}
	return errors.Join(t.dir.Write(curveFile, t.curve.CSV()), err)
}

// add adds a point to the curve, which takes only losses that are finite, and reports
// whether the test continues.
func (t *rangeTest) add(rate, loss float64) bool {
	more := t.curve.Add(rate, loss)
	if n := len(t.curve.Rates); n == 0 || t.curve.Rates[n-1] != rate {
		t.broke = rate
	}
	return more
}

// conclude saves the curve and prints what it means.
func (t *rangeTest) conclude() error {
	if err := t.dir.Write(curveFile, t.curve.CSV()); err != nil {
		return err
	}
	suggested, err := t.curve.Suggest(t.broke)
	if err != nil {
		return t.hopeless(err)
	}
	r := t.newResult(suggested)
	chart, err := r.chart(t.curve)
	if err != nil {
		return err
	}
	if err := t.dir.Write(chartFile, chart); err != nil {
		return err
	}
	r.print(t.io, t.v.JSON)
	return nil
}

// hopeless returns the error of a network that no rate can train.
func (t *rangeTest) hopeless(err error) error {
	if t.broke > 0 {
		err = fmt.Errorf("%w: at %s the loss is not finite", err, rateText(twoDigits(t.broke)))
	}
	return fault.New(fault.Diverged, "%w", err).WithHint("%s", shared.DivergedHint(t.v.Train, true))
}
