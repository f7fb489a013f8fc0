package settings

import (
	"strings"
	"testing"
)

// TestCommandLineRepeats checks that the command line is no longer than necessary, and has
// the same values. Some settings have defaults that depend on others.
func TestCommandLineRepeats(t *testing.T) {
	const always = "--data mnist --backend cpu"
	for given, want := range map[string]string{
		"":                                 "--seed 1",
		"--epochs 10 --lr 0.5":             "--seed 1",
		"--hidden 64,32 --shuffle=false":   "--hidden 64,32 --seed 1 --shuffle=false",
		"--steps 20 --seed 7":              "--steps 20 --seed 7",
		"--preset notebook --lr 0.001":     "--preset notebook --lr 0.001 --seed 1",
		"--batch full --lr 0.01":           "--batch full --lr 0.01 --seed 1",
		"--optimizer adam":                 "--optimizer adam --seed 1",
		"--optimizer adam --lr 0.5":        "--lr 0.5 --optimizer adam --seed 1",
		"--optimizer momentum":             "--optimizer momentum --seed 1",
		"--lr-schedule onecycle":           "--lr-schedule onecycle --seed 1",
		"--val-fraction 0.1 --patience 3":  "--val-fraction 0.1 --patience 3 --seed 1",
		"--time 90s --target-accuracy 0.9": "--time 1m30s --target-accuracy 0.9 --seed 1",
		"--preset notebook --epochs 2":     "--preset notebook --epochs 2 --seed 1",
	} {
		first := mustResolve(t, always+" "+given)
		got := first.CommandLine()
		if length := len(strings.Fields("mnistgpu train " + always + " " + want)); length != len(strings.Fields(got)) {
			t.Errorf("%q became %s, want %d words", given, got, length)
		}
		for word := range strings.FieldsSeq(want) {
			if !strings.Contains(got+" ", " "+word+" ") {
				t.Errorf("%q became %s, want %s in it", given, got, word)
			}
		}
		rest, ok := strings.CutPrefix(got, "mnistgpu train ")
		if !ok {
			t.Fatalf("%q became %s", given, got)
		}
		sameValues(t, given, mustResolve(t, rest), first)
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"runs/mnist-001": "runs/mnist-001", "": "''", "my digits": "'my digits'",
		"it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'", "*": "'*'", "ziffern/größe": "'ziffern/größe'",
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("%q is quoted as %s, want %s", word, got, want)
		}
	}
}
