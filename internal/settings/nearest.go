package settings

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// DidYouMean returns the known names that are nearly the given one, as the end of an
// error's line, or "".
func DidYouMean(name string, known []string) string {
	all := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, k := range known {
		all.AddCommand(&cobra.Command{Use: k, Run: func(*cobra.Command, []string) {}})
	}
	near := slices.Sorted(slices.Values(all.SuggestionsFor(name)))
	if len(near) == 0 {
		return ""
	}
	return ": did you mean " + strings.Join(near[:min(3, len(near))], " or ") + "?"
}
