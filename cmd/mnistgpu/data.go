package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"mnistgpu/internal/mnist"
)

// newData returns the data command, which groups the commands about data sets.
func newData() *cobra.Command {
	cmd := &cobra.Command{
		Use:                        "data",
		Short:                      "Show, verify, download and import data sets",
		Args:                       noArguments,
		SuggestionsMinimumDistance: 2,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDataShow(), newDataVerify(), newDataGet(), newDataImport())
	return cmd
}

// builtIn reports whether spec asks for data that the program finds or draws itself,
// rather than for a folder.
func builtIn(spec string) bool { return slices.Contains([]string{"auto", "mnist", "synthetic"}, spec) }

// printClasses prints how many images each class has.
func printClasses(w io.Writer, d *mnist.Dataset, names []string) error {
	train, test := countLabels(d.Train), countLabels(d.Test)
	width := len("class")
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(name))
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "label\t%-*s\ttrain\ttest\t\n", width, "class")
	for label := range d.Classes {
		fmt.Fprintf(table, "%d\t%-*s\t%s\t%s\t\n", label, width, names[label], thousands(train[label]), thousands(test[label]))
	}
	return table.Flush()
}

func countLabels(s mnist.Split) (count [mnist.MaxClasses]int) {
	for _, label := range s.Labels {
		count[label]++
	}
	return count
}

// sizes describes the size of d.
func sizes(d *mnist.Dataset) string {
	return fmt.Sprintf("%s training and %s test images of %dx%d in %d classes",
		thousands(d.Train.Len()), thousands(d.Test.Len()), d.Height, d.Width, d.Classes)
}

// classNames returns the names of the classes of data: those in the folder's
// classes.txt, or those of ten digits. Problems with the folder itself are left to
// whoever opens it.
func classNames(data string) ([]string, error) {
	digits := mnist.DefaultNames(10)
	if info, err := os.Stat(data); builtIn(data) || err != nil || !info.IsDir() {
		return digits, nil
	}
	names, err := mnist.ReadNames(data)
	if err != nil || names != nil {
		return names, err
	}
	return digits, nil
}
