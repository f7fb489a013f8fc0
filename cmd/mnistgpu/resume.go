package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/gpu"
	"mnistgpu/internal/run"
)

const resumeHelp = `Continue a run that was stopped, killed or lost power.

RUN is the folder that train made. The run continues from the newest state that it
saved, with the settings in its config.toml, and ends with the same bits as if it
had never stopped. If the newest state cannot be read, resume says so and takes the
one before; if none can be read, it does not start the run over by itself.

--verify-every can be added on the CPU. On a GPU, it works only for runs that were
started with it or with --engine ops, since a verified run takes its verbs one by
one.

A run that has ended is left as it is: its results are printed again.

train --resume auto --run-dir RUN does the same if RUN was started before, and
starts it otherwise: one command for machines that may be taken away at any time. A
run that has no saved state yet starts over from its first step, and says so.

Exit codes:
` + exitCodes

const resumeExamples = `  mnistgpu resume runs/mnist-001
  mnistgpu train --epochs 100 --run-dir runs/long --resume auto`

// resumeFlags are the flags of train that do not change the result of a run.
var resumeFlags = []string{"save-every", "keep", "step-timeout", "verify-every", "report", "json", "quiet"}

// newResume returns the resume command.
func newResume() *cobra.Command {
	s, all := newSettings()
	cmd := &cobra.Command{
		Use:     "resume RUN",
		Short:   "Continue a run that was stopped",
		Long:    resumeHelp,
		Example: resumeExamples,
		Args:    oneArgument("the folder of a run"),
	}
	addFlags(cmd, all, resumeFlags)
	for _, name := range []string{"save-every", "keep"} {
		cmd.Flags().Lookup(name).DefValue = "that of the run"
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.runDir = args[0]
		if err := cmp.Or(s.saving.check(s.runDir), s.checkVerify()); err != nil {
			return usageError(cmd, err)
		}
		if err := s.readBegun(all); err != nil {
			return err
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return runResume(ctx, s)
	}
	return cmd
}

// readBegun takes the settings of the run in s.runDir, which must be compatible with
// --verify-every, if it is given.
func (s *settings) readBegun(f *pflag.FlagSet) error {
	verify := s.verify
	s.verify = 0 // so that the engine is that of the run
	if err := s.read(f, s.runDir); err != nil {
		return err
	}
	s.verify = verify
	if verify > 0 && s.backend == "cuda" && s.gpu.Engine != gpu.Ops {
		return cannotVerify(s.runDir, s.gpu.Engine.String())
	}
	return nil
}

// cannotVerify is the error of a run that --verify-every cannot be added to.
func cannotVerify(dir, engine string) error {
	return &failure{
		code: exitUsage,
		err:  fmt.Errorf("cannot verify %s: a verified run takes its verbs one by one (--engine ops), and this one was started with --engine %s", dir, engine),
		hint: "resume without --verify-every, or start over in another --run-dir",
	}
}

// runResume resumes the run in s.runDir, whose settings are in s.
func runResume(ctx context.Context, s *settings) error {
	at, err := reopen(s.runDir)
	if err != nil {
		return err
	}
	if at == nil || at.saved == nil && at.ended == nil {
		return noState(s.runDir)
	}
	return trainIn(ctx, s, at)
}

// finished returns the summary of a run that ended by itself, with dir as its folder,
// or nil for any other run. A run that was interrupted has a summary too.
func finished(dir string) (*run.Summary, error) {
	summary, err := run.ReadSummary(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || summary.Status == run.Interrupted {
		return nil, err
	}
	summary.RunDir = dir
	return summary, nil
}

// tell prints the results of a run that has finished, and draws the report if the
// run was killed before it had one. The error is the one that the run ended with.
func (r *trainRun) tell(summary *run.Summary) error {
	if !r.s.quiet {
		fmt.Fprintf(os.Stderr, "%s has ended: there is nothing left to do\n", r.dir.Path)
		fmt.Fprintf(os.Stderr, "hint: mnistgpu train --config %s --epochs N makes a longer run\n", shellWord(filepath.Join(r.dir.Path, run.ConfigFile)))
	}
	err := printSummary(os.Stdout, summary, r.s.config.Stopping, r.s.json)
	if _, missing := os.Stat(filepath.Join(r.dir.Path, run.ReportFile)); missing != nil && r.s.report {
		err = errors.Join(err, closeWithReport(r.dir.Path, r.b, r.data))
	}
	switch {
	case summary.Status == run.Diverged:
		err = errors.Join(err, &failure{code: exitDiverged, err: errors.New(summary.Error), hint: "try a smaller --lr, in another folder"})
	case summary.Error != "":
		err = errors.Join(err, &failure{code: exitTarget, err: errors.New(summary.Error)})
	}
	return err
}
