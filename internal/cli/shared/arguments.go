// Package shared has what several commands do alike: check arguments, open a backend,
// data and models, and make the folder of a run.
package shared

import (
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/fault"
)

// NoArguments rejects arguments, and suggests a command that may have been meant.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return fault.Usage("unexpected argument %q", args[0])
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return fault.Usage("unknown command %q: did you mean %s?", args[0], strings.Join(meant, " or "))
	}
	return fault.Usage("unknown command %q", args[0])
}

// Arguments requires at least a number of arguments and, unless most is negative, at
// most another one. What they are is told by a text such as "the folder of a run".
func Arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch n := len(args); {
		case n < least:
			return fault.Usage("%s needs %s", cmd.Name(), what)
		case most >= 0 && n > most:
			return fault.Usage("unexpected argument %q: %s takes %s", args[most], cmd.Name(), what)
		}
		return nil
	}
}

// Help prints the help of a command that only groups others.
func Help(cmd *cobra.Command, _ []string) error { return cmd.Help() }
