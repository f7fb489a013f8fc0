package main

import (
	"strings"
	"testing"
)

// resolved returns the settings of a command line.
func resolved(t *testing.T, words []string) *settings {
	t.Helper()
	s, f := newSettings()
	if err := f.Parse(words); err != nil {
		t.Fatal(err)
	}
	if err := s.resolve(f); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCommandRepeats checks that the command line is no longer than necessary and
// resolves to the same settings. Some settings have defaults that depend on others.
func TestCommandRepeats(t *testing.T) {
	const always = "--data mnist --backend cpu"
	for given, want := range map[string]string{
		"":                                 "--seed 1",
		"--epochs 10 --lr 0.5":             "--seed 1",
		"--hidden 64,32 --shuffle=false":   "--hidden 64,32 --seed 1 --shuffle=false",
		"--steps 20 --seed 7":              "--steps 20 --seed 7",
		"--preset notebook --lr 0.001":     "--preset notebook --lr 0.001 --seed 1",
		"--batch full --lr 0.01":           "--batch full --lr 0.01 --seed 1",
		"--optimizer adam":                 "--lr 0.001 --optimizer adam --seed 1",
		"--optimizer adam --lr 0.5":        "--lr 0.5 --optimizer adam --seed 1",
		"--val-fraction 0.1 --patience 3":  "--val-fraction 0.1 --patience 3 --seed 1",
		"--time 90s --target-accuracy 0.9": "--time 1m30s --target-accuracy 0.9 --seed 1",
	} {
		first := resolved(t, strings.Fields(always+" "+given))
		got := first.command()
		if length := len(strings.Fields("mnistgpu train " + always + " " + want)); length != len(strings.Fields(got)) {
			t.Errorf("%q became %s, want %d words", given, got, length)
		}
		for word := range strings.FieldsSeq(want) {
			if !strings.Contains(got+" ", " "+word+" ") {
				t.Errorf("%q became %s, want %s in it", given, got, word)
			}
		}
		second := resolved(t, strings.Fields(got)[2:])
		a, b := first.list(noComment), second.list(noComment)
		if len(a) != len(b) {
			t.Fatalf("%q has %d settings and %s %d", given, len(a), got, len(b))
		}
		for i := range a {
			if a[i].flag.Name != b[i].flag.Name || a[i].value != b[i].value {
				t.Errorf("%q: %s is %s, and %s with %s", given, a[i].flag.Name, a[i].value, b[i].value, got)
			}
		}
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"runs/mnist-001": "runs/mnist-001", "": "''", "my digits": "'my digits'",
		"it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'", "*": "'*'", "ziffern/größe": "'ziffern/größe'",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("%q is quoted as %s, want %s", word, got, want)
		}
	}
}
