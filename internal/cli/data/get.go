package data

import (
	"context"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const getHelp = `Download MNIST into the cache, unless it is there already, and check it.

MNISTGPU_HOME moves the cache. If MNISTGPU_DATA names a folder with MNIST, there is
nothing to download.`

// newGet returns the data get command.
func newGet(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Download MNIST into the cache",
		Long:  getHelp,
		Args:  shared.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := o.UntilSignal(cmd.Context())
			defer stop()
			return get(ctx, o)
		},
	}
	settings.Var(cmd.Flags(), settings.Switch(&o.Quiet), "quiet", "bool", "show no progress")
	return cmd
}

// get downloads MNIST if it is missing.
func get(ctx context.Context, o *ui.IO) error {
	source := mnist.Environment(o.Getenv)
	done := "was downloaded to"
	if source.Complete() {
		done = "was there already:"
	}
	if _, err := shared.ReadData(ctx, o, "mnist", settings.Classes{}); err != nil {
		return err
	}
	o.Printf("MNIST %s %s\n", done, source.Folder())
	return nil
}
