package cli

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/ui"
)

const manHelp = `Write a manual page for each command into a new folder.

man -l FOLDER/mnistgpu-train.1 shows one; packages install them unchanged.`

// newMan returns the man command.
func newMan(o *ui.IO) *cobra.Command {
	return &cobra.Command{
		Use:     "man FOLDER",
		Short:   "Write manual pages",
		Long:    manHelp,
		Example: "  mnistgpu man man1",
		Args:    shared.Arguments(1, 1, "a new folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := run.Create(args[0])
			if err != nil {
				return err
			}
			if err := writePages(cmd.Root(), dir.Path); err != nil {
				return fault.Writing(dir.Path, err)
			}
			pages, err := os.ReadDir(dir.Path)
			if err != nil {
				return fault.In(dir.Path, err)
			}
			o.Printf("%d pages in %s\n", len(pages), dir.Path)
			return nil
		},
	}
}

// writePages writes the manual pages of root, and of the commands below it, into dir. They
// depend on nothing but the program. It changes the texts of the commands.
func writePages(root *cobra.Command, dir string) error {
	for _, topic := range root.Commands() {
		if topic.IsAdditionalHelpTopicCommand() { // which has no page of its own
			root.Long += section(topic)
		}
	}
	describeFlags(root)
	root.DisableAutoGenTag = true // it has the day
	date := sourceDate()
	return doc.GenManTree(root, &doc.GenManHeader{Title: "MNISTGPU", Section: "1", Date: &date, Source: "mnistgpu", Manual: "mnistgpu"}, dir)
}

// section returns a topic of help as a section of a page, in Markdown: a title, and lines
// that are printed as they were typed.
func section(topic *cobra.Command) string {
	title := strings.ToUpper(strings.ReplaceAll(topic.Name(), "-", " "))
	lines := strings.ReplaceAll(topic.Long, "\n", "\n    ")
	return fmt.Sprintf("\n\n# %s\n\n    %s", title, lines)
}

// describeFlags makes each page list the flags of a command as its help does, as
// --lr=RATE with the default at the end of the text.
func describeFlags(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.DefValue != "" && flag.DefValue != "0" && flag.DefValue != "false" {
			flag.Usage += " (default " + flag.DefValue + ")"
		}
		flag.DefValue = flag.Value.Type()
	})
	for _, sub := range cmd.Commands() {
		describeFlags(sub)
	}
}

// sourceDate returns when the source of the program was committed, as far as the build
// knows it, or else the start of 1970.
func sourceDate() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Unix(0, 0).UTC()
	}
	for _, s := range info.Settings {
		if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
			return at.UTC()
		}
	}
	return time.Unix(0, 0).UTC()
}
