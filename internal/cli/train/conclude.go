package train

import (
	"cmp"
	"errors"
	"path/filepath"
	"strings"

	"mnistgpu/internal/cli/report"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
)

// conclude saves and prints the result of the run: err is the error that the run ended
// with, and unsaved that of its last save. An interruption counts as one only if nothing
// was lost.
func (s *session) conclude(summary *run.Summary, result *train.Result, err, unsaved error) error {
	lost := s.save(summary, result)
	interrupted := result.Stop == train.StopInterrupted
	if interrupted && cmp.Or(lost, unsaved) != nil {
		err = nil
	}
	if lost != nil {
		return errors.Join(lost, err)
	}
	if s.v.GPU.Trace != nil {
		err = errors.Join(err, s.v.GPU.Trace.Print(s.io.Stderr))
	}
	s.print(summary)
	s.warn(summary)
	if interrupted && unsaved == nil {
		s.io.Hintf("mnistgpu resume %s continues from here", settings.ShellWord(s.dir.Path))
	}
	err = errors.Join(unsaved, err)
	if s.v.Report {
		err = errors.Join(err, report.Close(s.io, s.dir.Path, s.b, s.data))
	}
	return err
}

// save writes the run's results, and the names of the classes if its data has some. A
// diverged run has no model.
func (s *session) save(summary *run.Summary, result *train.Result) error {
	if err := s.dir.Write(run.HistoryFile, run.EncodeHistory(result.History, summary.ValLoss != nil)); err != nil {
		return err
	}
	if result.Model != nil {
		var err error
		if summary.ModelSHA256, err = s.dir.WriteModel(result.Model); err != nil {
			return err
		}
	}
	if err := s.saveNames(); err != nil {
		return err
	}
	return s.dir.Write(run.SummaryFile, summary.Encode())
}

// saveNames saves the names of the classes, which the model's answers need even if the
// data set is gone.
func (s *session) saveNames() error {
	if settings.BuiltIn(s.v.Data) {
		return nil
	}
	names := s.v.Classes.Names
	if names == nil {
		names = s.data.Names
	}
	if names == nil {
		var err error
		if names, err = mnist.ReadNames(s.v.Data); err != nil || names == nil {
			return err
		}
	}
	return s.dir.Write(mnist.NamesFile, mnist.EncodeNames(names))
}

// failed returns the error of a run that ended without a result. It names the newest
// state, which is either still good or the cause of the error. After a wrong number, the
// state is not called good, since it was saved before the number was found and may be
// wrong too.
func (s *session) failed(err error, newest string) error {
	e := &fault.Error{Kind: fault.Internal, Hint: fault.Hint(err)}
	if first := fault.Of(err); first != nil {
		e.Kind = first.Kind
	}
	switch {
	case e.Kind == fault.BadState:
		return fault.In(newest, err)
	case newest == "":
		return err
	case e.Kind == fault.WrongNumber:
		e.Err = fault.New(e.Kind, "%w; the last saved state is %s", err, newest)
		return e
	}
	e.Err = fault.New(e.Kind, "%w; the last good state is %s", err, newest)
	e.Hint = strings.TrimPrefix(e.Hint+"; mnistgpu resume "+settings.ShellWord(s.dir.Path)+" continues from there", "; ")
	return e
}

// showAgain prints the results of a run that has ended, and draws the report if the run
// was killed before it had one. The error is the one that the run ended with.
func (s *session) showAgain(summary *run.Summary) error {
	s.io.Notef("%s has ended: there is nothing left to do", s.dir.Path)
	s.io.Notef("hint: mnistgpu train --config %s --epochs N makes a longer run", settings.ShellWord(filepath.Join(s.dir.Path, run.ConfigFile)))
	s.print(summary)
	s.warn(summary)
	var err error
	if s.v.Report && !shared.Exists(filepath.Join(s.dir.Path, run.ReportFile)) {
		err = report.Close(s.io, s.dir.Path, s.b, s.data)
	}
	switch {
	case summary.Status == run.Diverged:
		err = errors.Join(err, fault.New(fault.Diverged, "%s", summary.Error).WithHint("%s, in another folder", cmp.Or(summary.Hint, "try a smaller --lr")))
	case summary.Error != "":
		err = errors.Join(err, fault.New(fault.TargetMissed, "%s", summary.Error))
	}
	return err
}
