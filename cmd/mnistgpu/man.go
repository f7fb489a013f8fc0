package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

const manHelp = `Write a manual page for each command into a new folder.

man -l FOLDER/mnistgpu-train.1 shows one; packages install them as they are.`

// newMan returns the man command.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:     "man FOLDER",
		Short:   "Write manual pages",
		Long:    manHelp,
		Example: "  mnistgpu man man1",
		Args:    oneArgument("a new folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := run.Create(args[0])
			if err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // the same pages on any day
			header := &doc.GenManHeader{Title: "MNISTGPU", Section: "1", Source: "mnistgpu", Manual: "mnistgpu"}
			if err := doc.GenManTree(root, header, dir.Path); err != nil {
				return faults.Writing(dir.Path, err)
			}
			pages, err := os.ReadDir(dir.Path)
			if err != nil {
				return err
			}
			_, err = fmt.Printf("%d pages in %s\n", len(pages), dir.Path)
			return err
		},
	}
}
