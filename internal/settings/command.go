package settings

import (
	"regexp"
	"slices"
	"strings"
)

// shown are the settings that the command line of a run names in any case.
var shown = []string{"data", "backend", "seed"}

// CommandLine returns the command line that repeats a run with these settings, for a
// POSIX shell. Besides a few that matter most, it has those that would have a different
// value if they were left out.
func (v *Values) CommandLine() string {
	words := []string{"mnistgpu", "train"}
	for _, e := range v.Used() {
		switch {
		case e.Value == v.without(e.Row) && !slices.Contains(shown, e.Row.Name):
		case e.Row.isToggle(): // which does not take the next word as its value
			words = append(words, "--"+e.Row.Name+"="+e.Value)
		default:
			words = append(words, "--"+e.Row.Name, ShellWord(e.Value))
		}
	}
	return strings.Join(words, " ")
}

// plainWord matches a word that a shell takes literally.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// ShellWord quotes a word for a POSIX shell if needed.
func ShellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
