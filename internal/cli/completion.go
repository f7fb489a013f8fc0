package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/settings"
)

// strictCompletion makes the library's command that prints completion scripts reject
// arguments that are not a shell.
func strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, _ := root.Find([]string{"completion"})
	completion.GroupID = "Data, settings and machine"
	completion.SuggestionsMinimumDistance = 2
	completion.RunE = shared.Help
	for _, cmd := range append(completion.Commands(), completion) {
		cmd.Args = shared.NoArguments
	}
}

// addCompletions lets a shell complete the values of the flags of cmd and of the commands
// below it that take one of several words.
func addCompletions(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		words, files := settings.WordsOf(flag)
		if words == nil {
			return
		}
		others := cobra.ShellCompDirectiveNoFileComp
		if files {
			others = cobra.ShellCompDirectiveDefault
		}
		// It fails only if the flag is missing or has a function already.
		if err := cmd.RegisterFlagCompletionFunc(flag.Name, cobra.FixedCompletions(words, others)); err != nil {
			panic("cli: a flag is completed twice")
		}
	})
	for _, sub := range cmd.Commands() {
		addCompletions(sub)
	}
}
