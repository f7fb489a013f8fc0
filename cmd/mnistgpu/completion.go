package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/train"
)

// flagWords returns the values that a shell completes for flags with a fixed choice of
// values, in any command.
func flagWords() map[string][]string {
	return map[string][]string{
		"preset":      train.Presets(),
		"data":        {"auto", "mnist", "synthetic"},
		"backend":     {"auto", "cpu", "cuda"},
		"blas":        append([]string{"auto", "sparse"}, cpu.Kernels()...),
		"precision":   gpu.Precisions(),
		"engine":      gpu.Engines(),
		"resume":      {"auto", "never"},
		"optimizer":   train.Optimizers(),
		"lr-schedule": train.Schedules(),
		"method":      {"grid", "random"},
		"split":       {"train", "test"},
	}
}

// strictCompletion makes the library's command that prints completion scripts reject
// arguments that are not a shell.
func strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, _ := root.Find([]string{"completion"})
	completion.SuggestionsMinimumDistance = 2
	completion.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	for _, cmd := range append(completion.Commands(), completion) {
		cmd.Args = noArguments
	}
}

// addCompletions lets a shell complete the values of the flags of cmd and of the
// commands below it.
func addCompletions(cmd *cobra.Command) {
	words := flagWords()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		list := words[f.Name]
		if list == nil {
			return
		}
		others := cobra.ShellCompDirectiveNoFileComp
		switch f.Name {
		case "data":
			others = cobra.ShellCompDirectiveDefault // folders too
		case "preset":
			if cmd.Name() == "sweep" {
				list = append(slices.Clone(list), notebookGrid)
			}
		}
		// It fails only if the flag is missing or has a function already.
		if err := cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(list, others)); err != nil {
			panic("mnistgpu: a flag is completed twice")
		}
	})
	for _, sub := range cmd.Commands() {
		addCompletions(sub)
	}
}
