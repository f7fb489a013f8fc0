package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// notebookPage is the page that presents the notebook as commands.
const notebookPage = "../../docs/notebook.md"

// shown is a command on a page and the output that the page shows for it.
type shown struct {
	command string
	output  []string
}

// TestNotebookPage runs every command of the page, one after another in one folder, and
// checks that each prints what the page shows. The numbers may differ, since a few
// drawn digits stand in for MNIST. With MNISTGPU_LONG and MNIST itself, the accuracies
// must agree too.
func TestNotebookPage(t *testing.T) {
	commands := readPage(t, notebookPage)
	if len(commands) < 8 {
		t.Fatalf("the page has %d commands: the test looks in the wrong place", len(commands))
	}
	var script strings.Builder
	script.WriteString("digits mnist 128 40\n")
	for i, c := range commands {
		fmt.Fprintf(&script, "exec %s\n", c.command)
		if len(c.output) > 0 {
			fmt.Fprintf(&script, "shows %d\n", i)
		}
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "notebook.txtar"), []byte(script.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	long := os.Getenv("MNISTGPU_LONG") != "" && os.Getenv("MNISTGPU_DATA") != ""
	testscript.Run(t, testscript.Params{
		Dir: folder,
		Setup: func(env *testscript.Env) error {
			if long {
				env.Setenv("MNISTGPU_DATA", os.Getenv("MNISTGPU_DATA"))
				return nil
			}
			env.Setenv("MNISTGPU_DATASET", "./mnist")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"digits": digits,
			"shows": func(ts *testscript.TestScript, neg bool, args []string) {
				i, err := strconv.Atoi(args[0])
				ts.Check(err)
				compareShown(ts, commands[i], long)
			},
		},
	})
}

// readPage returns the commands after a prompt in a page's indented blocks, with the
// lines below them.
func readPage(t *testing.T, path string) (commands []shown) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	inside := false
	for lines.Scan() {
		text, indented := strings.CutPrefix(lines.Text(), "    ")
		command, isCommand := strings.CutPrefix(text, "$ ")
		switch {
		case indented && isCommand:
			commands = append(commands, shown{command: command})
			inside = true
		case indented && inside:
			last := &commands[len(commands)-1]
			last.output = append(last.output, text)
		default:
			inside = false
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return commands
}

// numberText matches a number in all its forms: 60,000, 1e-5, 1m40s.
var numberText = regexp.MustCompile(`[0-9]+([,.][0-9]+)*(e[-+]?[0-9]+)?(m[0-9]+s|s)?`)

// trialList matches the list of the trials that passed, which depends on the numbers.
var trialList = regexp.MustCompile(`: (none|# at #(, # at #)*)$`)

// bestCommand matches the command for the best trial, whose flags depend on which trial
// that is.
var bestCommand = regexp.MustCompile(`(mnistgpu train --preset notebook) .*--seed .*`)

// shape returns a line without its numbers.
func shape(line string) string {
	line = bestCommand.ReplaceAllString(line, "$1 #")
	line = numberText.ReplaceAllString(line, "#")
	line = trialList.ReplaceAllString(line, ": #")
	return strings.Join(strings.Fields(line), " ")
}

// accuracyText matches a percentage.
var accuracyText = regexp.MustCompile(`([0-9.]+) ?%`)

// accuracyLimit is in percentage points: other kernels sum in another order, which
// changes the accuracy of a minibatch run by a few test images.
const accuracyLimit = 0.5

// learned is the accuracy in per cent, the tutorial's mark, below which a network has
// not found its way: if its first steps overshoot, another order of summation leads it
// somewhere else entirely.
const learned = 80

// agree reports whether two accuracies in per cent count as the same.
func agree(x, y float64) bool {
	return math.Abs(x-y) <= accuracyLimit || x < learned && y < learned
}

// compareShown compares what the last command printed with what the page shows.
func compareShown(ts *testscript.TestScript, want shown, long bool) {
	got := strings.Split(strings.TrimRight(ts.ReadFile("stdout"), "\n"), "\n")
	if len(got) != len(want.output) {
		ts.Fatalf("%s printed %d lines, the page shows %d", want.command, len(got), len(want.output))
	}
	for i, line := range want.output {
		if shape(got[i]) != shape(line) {
			ts.Fatalf("%s printed\n%s\nand the page shows\n%s", want.command, got[i], line)
		}
		if !long {
			continue
		}
		printed := accuracyText.FindAllStringSubmatch(got[i], -1)
		for k, match := range accuracyText.FindAllStringSubmatch(line, -1) {
			x, xErr := strconv.ParseFloat(printed[k][1], 64)
			y, yErr := strconv.ParseFloat(match[1], 64)
			if xErr != nil || yErr != nil || !agree(x, y) {
				ts.Fatalf("%s printed\n%s\nand the page shows\n%s", want.command, got[i], line)
			}
		}
	}
}

func TestAgree(t *testing.T) {
	for _, pair := range [][2]float64{{98.1, 98.5}, {28.2, 39}, {11, 10}} {
		if !agree(pair[0], pair[1]) {
			t.Errorf("%v and %v do not agree", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]float64{{98.1, 97.5}, {39, 86}, {86, 39}, {math.NaN(), 98}, {98, math.NaN()}, {math.NaN(), 20}} {
		if agree(pair[0], pair[1]) {
			t.Errorf("%v and %v agree", pair[0], pair[1])
		}
	}
}

func TestShapeKeepsWords(t *testing.T) {
	const line = "best is trial 6: hidden 1024  lr 0.001, train 94.72 %  test 92.45 %"
	if other := "best is trial 11: hidden 300 lr 1e-5, train 9 % test 8.1 %"; shape(line) != shape(other) {
		t.Errorf("%q is not %q", shape(line), shape(other))
	}
	for _, other := range []string{
		"best is trial 6: hidden 1024  lr 0.001, train 94.72 %",
		"best was trial 6: hidden 1024  lr 0.001, train 94.72 %  test 92.45 %",
		"best is trial six: hidden 1024  lr 0.001, train 94.72 %  test 92.45 %",
	} {
		if shape(line) == shape(other) {
			t.Errorf("%q passes for %q", other, line)
		}
	}
}
