package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

const lrFindHelp = `Find a learning rate by a range test.

A new network takes three steps at each of 100 learning rates, from 1e-6 to 10.
At first nothing happens, then the loss falls, and finally it grows: the test
stops when it is four times the lowest. The suggestion is in the valley, two thirds
of the way from the rate where the smoothed loss falls fastest to the one where it
is lowest. Pass it to train --lr unchanged. The two ends are bounds for
--lr-schedule triangular.

The steps are those of train with the same flags, but on 512 images where train
would take all. The network is not kept. Settings in a file that are not among the
flags of lr-find are ignored.

The run folder holds lr-find.toml, lr-find.csv and the picture lr-find.png.

Exit codes:
` + exitCodes

const lrFindExamples = `  mnistgpu lr-find
  mnistgpu lr-find --optimizer adam --hidden 1024,512
  mnistgpu lr-find --data my-letters --batch 64 --run-dir letters-lr --json`

// lrFindFlags are the flags of train that make sense here.
var lrFindFlags = []string{
	"config", "preset", "data", "classes", "backend", "blas", "device", "precision", "engine", "hidden", "batch", "init-std", "pixel-scale", "l2",
	"seed", "shuffle", "optimizer", "momentum", "graph", "step-timeout", "run-dir", "json", "quiet",
}

// minibatch replaces a full batch, of which a test would take 300.
const minibatch = 512

// newLRFind returns the lr-find command.
func newLRFind() *cobra.Command {
	s, all := newSettings()
	cmd := &cobra.Command{
		Use:     "lr-find",
		Short:   "Find a learning rate, with a picture",
		Long:    lrFindHelp,
		Example: lrFindExamples,
		Args:    noArguments,
	}
	addFlags(cmd, all, lrFindFlags)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.resolve(cmd.Flags()); err != nil {
			return usageError(cmd, err)
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return runLRFind(ctx, s)
	}
	return cmd
}

// runLRFind opens what the test needs, runs it and saves what it found. An interrupted
// test saves the points that it has.
func runLRFind(ctx context.Context, s *settings) (err error) {
	read := readAhead(ctx, s)
	b, err := openBackend(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := read()
	if err != nil {
		return err
	}
	if s.config.Batch == train.Full {
		s.config.Batch = min(minibatch, data.Train.Len())
	}
	if err := fits(s.config, data.Train.Len()); err != nil {
		return err
	}
	dir, err := newRunDir(s, b, data, data.Name+"-lr-find", "lr-find.toml") // without a config.toml, it does not count as a run
	if err != nil {
		return err
	}
	curve, broke, err := testRates(ctx, s, b, data)
	if err != nil {
		if len(curve.Rates) == 0 {
			dir.Discard()
			return err
		}
		return errors.Join(dir.Write("lr-find.csv", curve.CSV()), err)
	}
	return tellRates(s, dir, data, curve, broke)
}

// rates is the range of the test.
var rates = train.Range{Low: 1e-6, High: 10, Points: 100, Steps: 3}

// testRates runs the test. If a loss was not finite, broke is the rate it occurred at.
func testRates(ctx context.Context, s *settings, b backend.Backend, data *mnist.Dataset) (curve train.RangeCurve, broke float64, err error) {
	view := newRatesView(s)
	defer view.finish()
	err = train.RangeTest(ctx, b, data, s.config, rates, func(rate, loss float64) bool {
		view.point(rate, loss)
		more := curve.Add(rate, loss)
		if len(curve.Rates) == 0 || curve.Rates[len(curve.Rates)-1] != rate {
			broke = rate
		}
		return more
	})
	return curve, broke, err
}

// tellRates saves the curve and prints what it means.
func tellRates(s *settings, dir *run.Dir, data *mnist.Dataset, curve train.RangeCurve, broke float64) error {
	if err := dir.Write("lr-find.csv", curve.CSV()); err != nil {
		return err
	}
	suggested, err := curve.Suggest(broke)
	if err != nil {
		if broke > 0 {
			err = fmt.Errorf("%w: at %s the loss is not finite", err, rateText(twoDigits(broke)))
		}
		return &failure{code: exitDiverged, err: err, hint: "try a smaller --pixel-scale or --init-std"}
	}
	found := newFoundRates(s, dir, data, curve, suggested)
	picture, err := found.picture(curve)
	if err != nil {
		return err
	}
	if err := dir.Write("lr-find.png", picture); err != nil {
		return err
	}
	return found.print(os.Stdout, s.json)
}
