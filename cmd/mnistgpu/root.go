package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `mnistgpu trains multilayer perceptrons on MNIST-like data.

Results go to stdout; progress, warnings and errors go to stderr.

Exit codes:
` + exitCodes

// newRoot returns the root command, with all others below it. Help and completion
// scripts go to out.
func newRoot(out io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:                        "mnistgpu",
		Short:                      "Train multilayer perceptrons on MNIST-like data",
		Long:                       rootHelp,
		Args:                       noArguments,
		Version:                    version(),
		SuggestionsMinimumDistance: 2,

		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return applySources(cmd) },
	}
	root.SetOut(out)
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError(cmd, flagMistake(err))
	})
	addGroup(root, "Training:", newTrain(), newResume(), newLRFind(), newSweep(), newRuns(), newReport())
	addGroup(root, "Trained models:", newEval(), newPredict(), newServe(), newExport(), newImport())
	addGroup(root, "Data, settings and machine:", newData(), newConfig(), newDoctor(), newDevices(), newBench(), newMan())
	strictHelp(root)
	strictCompletion(root)
	addCompletions(root)
	return root
}

// strictHelp makes the library's help command reject arguments that are not commands.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.RunE = func(_ *cobra.Command, args []string) error {
		about, rest, err := root.Find(args)
		if err == nil {
			err = noArguments(about, rest)
		}
		if err != nil {
			return err
		}
		about.InitDefaultHelpFlag() // which the library adds only to a command that is executed
		about.InitDefaultVersionFlag()
		return about.Help()
	}
}

// addGroup adds commands that are listed together under a title.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, cmd := range commands {
		cmd.GroupID = title
		root.AddCommand(cmd)
	}
}

// flagMistake rewords the flag library's error about a value in the user's terms.
func flagMistake(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	f := invalid.GetFlag()
	return fmt.Errorf("--%s %q: want %s", f.Name, invalid.GetValue(), wantedBy(f))
}

// noArguments rejects arguments, and suggests a command that may have been meant.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasAvailableSubCommands() {
		err := fmt.Errorf("unknown command %q", args[0])
		if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
			err = fmt.Errorf("%w: did you mean %s?", err, strings.Join(meant, " or "))
		}
		return usageError(cmd, err)
	}
	return usageError(cmd, fmt.Errorf("unexpected argument %q", args[0]))
}

// oneArgument requires exactly one argument. Its error says what that should be.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError(cmd, fmt.Errorf("%d arguments: want %s", len(args), what))
		}
		return nil
	}
}

// usageError returns err as a mistake in how cmd was called. It leaves an error alone
// that has a hint already.
func usageError(cmd *cobra.Command, err error) error {
	if hint(err) != "" {
		return err
	}
	return &failure{code: exitUsage, err: err, hint: "see " + cmd.CommandPath() + " --help"}
}
