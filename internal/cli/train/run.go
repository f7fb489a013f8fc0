package train

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// trainIn opens what a run needs and runs it, in a new folder if at is nil.
func trainIn(ctx context.Context, o *ui.IO, v *settings.Values, at *folder) (err error) {
	if at == nil {
		at = new(folder)
	}
	defer at.leave()
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
	if err := shared.CheckFor(v.Train, data.Train.Len()); err != nil {
		return err
	}
	sum, err := data.SHA256()
	if err != nil {
		return err
	}
	r := &session{io: o, v: v, b: b, data: data, fingerprint: shared.Fingerprint(v, b, data, sum), folder: at}
	if err := r.enter(); err != nil {
		return err
	}
	if r.ended != nil {
		return r.showAgain(r.ended)
	}
	if r.saved == nil {
		doubt(o, data, v.Train)
	}
	return r.train(ctx)
}

// train takes the remaining steps and saves the results.
func (s *session) train(ctx context.Context) error {
	view := newView(s.io, s.v.Train)
	history := &historyFile{view: view, dir: s.dir, validation: s.v.Train.ValFraction > 0}
	defer func() {
		if !history.begun {
			s.dir.Discard()
		}
	}()
	checkpoints := shared.NewCheckpoints(s.io, view.clear, s.dir, s.fingerprint, s.v)
	from, err := s.resumeFrom(history, checkpoints)
	if err != nil {
		return err
	}
	b, done, err := shared.Verified(s.b, s.v)
	if err != nil {
		return err
	}
	result, err := train.Run(ctx, b, s.data, s.v.Train, history, from, checkpoints)
	err = errors.Join(err, done())
	view.clear()
	unsaved := checkpoints.Finish()
	if result == nil {
		return s.failed(err, checkpoints.Newest)
	}
	var diverged *train.Divergence
	switch {
	case result.Stop == train.StopInterrupted:
		err = context.Cause(ctx)
	case err == nil:
		err = missedTarget(s.v.Train, result)
	case errors.As(err, &diverged):
		fault.Of(err).Hint = shared.DivergedHint(s.v.Train, diverged.Step == 0 && diverged.Tensor == "loss")
	}
	summary := s.newSummary(result, err)
	summary.Saves, summary.SaveSeconds = checkpoints.Saves, checkpoints.Spent.Seconds()
	return s.conclude(summary, result, err, unsaved)
}

// resumeFrom returns the state to resume from, or nil, and makes the history and the
// checkpoints continue from it. It removes the summary that an interruption left, which
// is no longer true.
func (s *session) resumeFrom(history *historyFile, checkpoints *shared.Checkpoints) (*train.State, error) {
	if s.saved == nil {
		return nil, nil
	}
	if other := settings.Fingerprint(s.saved.Settings).OtherMachine(s.fingerprint); other != "" {
		s.io.Warnf("the bits may differ from those of an uninterrupted run: %s", other)
	}
	s.io.Notef("resuming from %s", s.saved.Path)
	history.records, checkpoints.Newest = s.saved.State.History, s.saved.Path
	summary := filepath.Join(s.dir.Path, run.SummaryFile)
	if err := os.Remove(summary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Writing(summary, err)
	}
	return s.saved.State, nil
}
