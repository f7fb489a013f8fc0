package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"
)

// alike RUN RUN checks that two runs gave the same results.
func alike(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(alikeRuns(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// alikeRuns returns an error unless two runs gave the same results, apart from the
// times.
func alikeRuns(dir, other string) error {
	for _, name := range []string{"model.safetensors", "history.csv"} {
		a, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			return err
		}
		if name == "history.csv" {
			a, b = withoutSeconds(a), withoutSeconds(b)
		}
		if !bytes.Equal(a, b) || len(a) == 0 {
			return fmt.Errorf("%s of %s and of %s differ", name, dir, other)
		}
	}
	return nil
}

// withoutSeconds returns a history without its times, or nil if it is not a history.
func withoutSeconds(history []byte) []byte {
	lines, err := csv.NewReader(bytes.NewReader(history)).ReadAll()
	if err != nil || len(lines) < 2 {
		return nil
	}
	at := slices.Index(lines[0], "seconds")
	var b bytes.Buffer
	for _, line := range lines {
		fmt.Fprintln(&b, slices.Delete(line, at, at+1))
	}
	return b.Bytes()
}
