package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `mnistgpu trains multilayer perceptrons on MNIST-like data.

Results go to stdout; progress, warnings and errors go to stderr.

Exit codes:
` + exitCodes

// newRoot returns the command without a subcommand, which holds the others.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "mnistgpu",
		Short:         "Train multilayer perceptrons on MNIST-like data",
		Long:          rootHelp,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError(cmd, flagMistake(err))
	})
	root.AddCommand(newTrain())
	return root
}

// flagMistake rewords what the flag library says of a value, in the user's
// terms.
func flagMistake(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	f := invalid.GetFlag()
	return fmt.Errorf("--%s %q: want %s", f.Name, invalid.GetValue(), wanted(f.Value.Type()))
}

// usageError is a mistake in how cmd was called.
func usageError(cmd *cobra.Command, err error) error {
	return &failure{code: exitUsage, err: err, hint: "see " + cmd.CommandPath() + " --help"}
}
