package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
)

// helpColumns is the width of help texts.
const helpColumns = 100

// usage prints how to call a command: its forms, examples, the commands below it and its
// flags.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStdout()
	fmt.Fprintln(w, "Usage:")
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s COMMAND [flags]\n", cmd.CommandPath())
	}
	if !cmd.HasAvailableSubCommands() || hasFlags(cmd) {
		fmt.Fprintf(w, "  %s\n", cmd.UseLine())
	}
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	printCommands(cmd)
	printFlags(cmd)
	if !cmd.HasParent() {
		fmt.Fprintf(w, "\nMore help:\n  mnistgpu COMMAND --help\n")
		for _, topic := range topics() {
			fmt.Fprintf(w, "  mnistgpu help %-14s %s\n", topic.Name(), topic.Short)
		}
	}
	return nil
}

// hasFlags reports whether a command has a flag besides --help and --version.
func hasFlags(cmd *cobra.Command) bool {
	has := false
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) { has = has || flag.Name != "help" && flag.Name != "version" })
	return has
}

// printCommands lists the commands below a command, by group.
func printCommands(cmd *cobra.Command) {
	w := cmd.OutOrStdout()
	groups := append(cmd.Groups(), &cobra.Group{Title: "Commands:"})
	for _, group := range groups {
		title := group.Title
		for _, sub := range cmd.Commands() {
			if sub.GroupID != group.ID || !sub.IsAvailableCommand() {
				continue
			}
			if title != "" {
				fmt.Fprintf(w, "\n%s\n", title)
				title = ""
			}
			fmt.Fprintf(w, "  %-12s %s\n", sub.Name(), sub.Short)
		}
	}
}

// ownFlags is the title of a command's flags that are not settings of a run.
const ownFlags settings.Group = "Flags"

// printFlags lists the flags of a command, by group.
func printFlags(cmd *cobra.Command) {
	w := cmd.OutOrStdout()
	grouped := map[settings.Group]*pflag.FlagSet{}
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		group := settings.GroupOf(flag)
		if group == "" {
			group = ownFlags
		}
		if grouped[group] == nil {
			grouped[group] = pflag.NewFlagSet("", pflag.ContinueOnError)
			grouped[group].SortFlags = false
		}
		grouped[group].AddFlag(flag)
	})
	for _, group := range append(settings.Groups(), ownFlags) {
		if f := grouped[group]; f != nil {
			fmt.Fprintf(w, "\n%s:\n%s", group, f.FlagUsagesWrapped(helpColumns))
		}
	}
}

// strictHelp makes the library's help command reject arguments that are not commands.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.GroupID = root.Commands()[0].GroupID
	help.RunE = func(_ *cobra.Command, args []string) error {
		about, rest, err := root.Find(args)
		if err == nil {
			err = shared.NoArguments(about, rest)
		}
		if err != nil {
			return err
		}
		about.InitDefaultHelpFlag() // which the library adds only to a command that is executed
		about.InitDefaultVersionFlag()
		return about.Help()
	}
}

// topics returns the pages of help that are not about one command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{
			Use: "exit-codes", Short: "what the exit codes mean",
			Long: "Exit codes:\n\n" + strings.TrimRight(fault.ExitCodes(), "\n"),
		}, {
			Use: "environment", Short: "variables that mnistgpu reads",
			Long: environmentHelp(),
		},
	}
}
