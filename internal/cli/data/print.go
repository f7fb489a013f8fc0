package data

import (
	"fmt"
	"io"
	"text/tabwriter"
	"unicode/utf8"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/ui"
)

// printClasses prints how many images each class has.
func printClasses(w io.Writer, d *mnist.Dataset, names []string) {
	train, test := countLabels(d.Train), countLabels(d.Test)
	width := len("class")
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(name))
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "label\t%-*s\ttrain\ttest\t\n", width, "class")
	for label := range d.Classes {
		fmt.Fprintf(table, "%d\t%-*s\t%s\t%s\t\n", label, width, names[label], ui.Thousands(train[label]), ui.Thousands(test[label]))
	}
	table.Flush()
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
		ui.Thousands(d.Train.Len()), ui.Thousands(d.Test.Len()), d.Height, d.Width, d.Classes)
}
