package main

import (
	"errors"
	"html"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func exits(ts *testscript.TestScript, neg bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != code {
		ts.Fatalf("exit code %d, want %d", got, code)
	}
}

// runShown takes a shell command in which nothing but single quotes is special. It ends
// with its line, or with the element of a page.
func runShown(ts *testscript.TestScript, neg bool, args []string) {
	_, command, ok := strings.Cut(ts.ReadFile(args[0]), args[1])
	if !ok {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	if end := strings.IndexAny(command, "<\n"); end >= 0 {
		command = command[:end]
	}
	var words []string
	for i, part := range strings.Split(html.UnescapeString(command), "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	ts.Check(ts.Exec(words[0], append(words[1:], "--run-dir", args[2], "--quiet")...))
}
