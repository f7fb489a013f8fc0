// Package cli is the command line: all commands below their root, help, completion and
// exit codes.
package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/bench"
	"mnistgpu/internal/cli/data"
	"mnistgpu/internal/cli/lrfind"
	"mnistgpu/internal/cli/model"
	"mnistgpu/internal/cli/report"
	"mnistgpu/internal/cli/serve"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/cli/sweep"
	"mnistgpu/internal/cli/train"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// Run executes a command line, without the name of the program, prints the error if
// there is one, and returns the exit code.
func Run(args []string, o *ui.IO) int {
	root := newRoot(o)
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if e := fault.Of(err); e != nil && e.Kind == fault.BadUsage && fault.Hint(err) == "" {
		err = fault.Usage("%w", err).WithHint("see %s --help", strings.TrimSuffix(cmd.CommandPath(), " help"))
	}
	if err = cmp.Or(err, o.Err()); err != nil {
		o.Fail(err)
	}
	return fault.ExitCode(err)
}

// newRoot returns the root command, with all others below it.
func newRoot(o *ui.IO) *cobra.Command {
	cobra.EnableCommandSorting = false // they are listed in the order of use
	root := &cobra.Command{
		Use:   "mnistgpu",
		Short: "Train multilayer perceptrons on MNIST-like data",
		Long: `mnistgpu trains multilayer perceptrons on MNIST-like data.

Results go to stdout; progress, warnings and errors go to stderr.`,
		Args:                       shared.NoArguments,
		Version:                    shared.Version(),
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		RunE:                       shared.Help,
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		warnOfUnknownVariables(o, root)
		return settings.Apply(cmd.Flags(), o.Getenv)
	}
	root.SetOut(o)
	root.SetVersionTemplate(fmt.Sprintf("mnistgpu %s, by %s for %s/%s\n", shared.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(flagError)
	addGroup(root, "Training", train.New(o), train.NewResume(o), lrfind.New(o), sweep.New(o), report.NewRuns(o), report.New(o))
	addGroup(root, "Trained models", model.NewEval(o), model.NewPredict(o), serve.New(o), model.NewExport(o), model.NewImport(o))
	addGroup(root, "Data, settings and machine", data.New(o), newConfig(o), newDoctor(o), newDevices(o), bench.New(o), newMan(o))
	root.AddCommand(topics()...)
	strictHelp(root)
	strictCompletion(root)
	addCompletions(root)
	return root
}

// addGroup adds commands that are listed together under a title.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, cmd := range commands {
		cmd.GroupID = title
		root.AddCommand(cmd)
	}
}
