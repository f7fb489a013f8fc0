package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mnistgpu/internal/mnist"
)

const dataGetHelp = `Download MNIST into the cache, unless it is there already, and check it.

MNISTGPU_HOME moves the cache. If MNISTGPU_DATA names a folder with MNIST, there is
nothing to download.`

// newDataGet returns the data get command.
func newDataGet() *cobra.Command {
	quiet := false
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Download MNIST into the cache",
		Long:  dataGetHelp,
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return getData(ctx, quiet)
		},
	}
	cmd.Flags().BoolVar(&quiet, "quiet", false, "show no progress")
	return cmd
}

func getData(ctx context.Context, quiet bool) error {
	source := mnist.Environment(os.Getenv)
	news := "was downloaded to"
	if source.Complete() {
		news = "was there already:"
	}
	if _, err := openData(ctx, &settings{data: "mnist", quiet: quiet}); err != nil {
		return err
	}
	_, err := fmt.Printf("MNIST %s %s\n", news, source.Folder())
	return err
}
