package sweep

import (
	"fmt"
	"slices"
	"strings"

	"mnistgpu/internal/sweep"
)

// notebookGrid is the preset of a sweep over the tutorial's configurations.
const notebookGrid = "notebook-grid"

// notebookPassed is the test accuracy that, by the tutorial, only one of them passes.
const notebookPassed = 0.8

// notebookTrials are the hidden widths and learning rates that the tutorial compared, in
// its order.
func notebookTrials() (axes []string, trials [][]string) {
	return []string{"hidden", "lr"}, [][]string{
		{"300", "0.5"},
		{"400", "0.5"}, {"400", "0.01"}, {"400", "0.001"},
		{"1024", "0.5"}, {"1024", "0.01"}, {"1024", "0.001"}, {"1024", "0.0001"},
	}
}

// notebookClaim puts what the tutorial said beside what was measured, in lines of their
// own. It returns "" if r is not the sweep over the tutorial's configurations.
func notebookClaim(r *sweep.Results) string {
	axes, trials := notebookTrials()
	if !slices.Equal(r.Spec.Axes, axes) || !slices.EqualFunc(r.Spec.Trials, trials, slices.Equal) {
		return ""
	}
	var passed []string
	for _, record := range r.Records {
		if record.TestAccuracy != nil && *record.TestAccuracy > notebookPassed {
			passed = append(passed, strings.Join(values(record.Settings), " at "))
		}
	}
	measured := "none"
	if len(passed) > 0 {
		measured = strings.Join(passed, ", ")
	}
	return fmt.Sprintf("the tutorial says that of these only 1024 at 0.0001 passes %.0f %%\nmeasured to pass it: %s\n",
		100*notebookPassed, measured)
}
