package train

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/gpu"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const resumeHelp = `Continue a run that was stopped, killed or lost power.

RUN is the folder that train made. The run continues from the newest state that it
saved, with the settings in its config.toml, and ends with the same bits as if it
had never stopped. If the newest state cannot be read, resume warns and takes the one
before; if none can be read, it does not start the run over by itself.

--verify-every can be added on the CPU. On a GPU, it works only for runs that were
started with it or with --engine ops, since a verified run takes its operations one
by one.

A run that has ended stays unchanged: its results are printed again.

train --resume auto --run-dir RUN does the same if RUN was started before, and
starts it otherwise: one command for machines that may be taken away at any time. A
run that has no saved state yet starts over from its first step, with a note.`

const resumeExamples = `  mnistgpu resume runs/mnist-001
  mnistgpu train --epochs 100 --run-dir runs/long --resume auto`

// NewResume returns the resume command.
func NewResume(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "resume RUN",
		Short:   "Continue a run that was stopped",
		Long:    resumeHelp,
		Example: resumeExamples,
		Args:    shared.Arguments(1, 1, "the folder of a run"),
	}
	f := cmd.Flags()
	settings.Register(f, settings.Resume)
	for _, name := range []string{"save-every", "keep"} {
		f.Lookup(name).DefValue = "that of the run"
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		v, err := resumed(f, args[0])
		if err != nil {
			return err
		}
		o.Quiet = v.Quiet
		o.OutliveReaders()
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return resume(ctx, o, v)
	}
	return cmd
}

// resumed returns the settings of the run in dir, with those that flags give.
func resumed(f *pflag.FlagSet, dir string) (*settings.Values, error) {
	flags := settings.GivenBy(f)
	if _, err := settings.Resolve(flags); err != nil {
		return nil, err
	}
	begun, err := shared.GivenIn(dir)
	if err != nil {
		return nil, err
	}
	was, err := shared.ResolveRun(dir, begun)
	if err != nil {
		return nil, err
	}
	v, err := settings.Resolve(flags.Over(begun))
	if was.Backend == "cuda" && was.GPU.Engine != gpu.Ops && (err != nil || v.VerifyEvery > 0) {
		return nil, cannotVerify(dir, string(was.GPU.Engine))
	}
	if err != nil {
		return nil, err
	}
	v.RunDir = dir
	return v, nil
}

// resume continues the run in v.RunDir, whose settings are v.
func resume(ctx context.Context, o *ui.IO, v *settings.Values) error {
	at, err := reopen(o, v.RunDir)
	if err != nil {
		return err
	}
	if at == nil || at.saved == nil && at.ended == nil {
		return noState(v.RunDir)
	}
	return trainIn(ctx, o, v, at)
}
