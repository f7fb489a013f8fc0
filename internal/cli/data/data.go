// Package data has the commands about data sets: data show, verify, get and import.
package data

import (
	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/ui"
)

// New returns the data command, which groups the others.
func New(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:                        "data",
		Short:                      "Show, verify, download and import data sets",
		Args:                       shared.NoArguments,
		SuggestionsMinimumDistance: 2,
		RunE:                       shared.Help,
	}
	cmd.AddCommand(newShow(o), newVerify(o), newGet(o), newImport(o))
	return cmd
}
