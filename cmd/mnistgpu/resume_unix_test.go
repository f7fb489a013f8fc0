//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// victim is a training that tests stop and go on with, as processes of their own.
type victim struct {
	flags []string
	env   []string
	whole string        // folder of the run in one go
	took  time.Duration // what that took
}

// victims are trainings of 50 steps by each method, on the CPU or on the simulated
// device. The last batch of an epoch is a short one.
func victims(t *testing.T, backend string, env ...string) []*victim {
	t.Helper()
	root := t.TempDir()
	data := filepath.Join(root, "digits")
	if err := writeDigits(data, 600, 100); err != nil {
		t.Fatal(err)
	}
	var all []*victim
	for _, method := range []string{"sgd", "momentum", "adam"} {
		v := &victim{
			flags: []string{"--data", data, "--backend", backend, "--hidden", "16", "--batch", "64", "--epochs", "5", "--val-fraction", "0.1",
				"--patience", "100", "--optimizer", method, "--save-every", "2", "--report=false", "--quiet"},
			env: append(os.Environ(), env...), whole: filepath.Join(root, method),
		}
		start := time.Now()
		if out, err := v.train(v.whole).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		v.took = time.Since(start)
		all = append(all, v)
	}
	return all
}

// train is the command that starts the training in a folder, or goes on with it.
func (v *victim) train(dir string) *exec.Cmd {
	return v.command(slices.Concat([]string{"train", "--run-dir", dir, "--resume", "auto"}, v.flags)...)
}

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.Command("mnistgpu", args...)
	cmd.Env = v.env
	return cmd
}

// more is a command that goes on with a run that was stopped: one of both that there
// are, as far as the run has a checkpoint.
func (v *victim) more(dir string) *exec.Cmd {
	saved, _ := filepath.Glob(filepath.Join(dir, "checkpoint-*"))
	if len(saved) == 0 || rand.IntN(2) == 0 {
		return v.train(dir)
	}
	return v.command("resume", dir, "--report=false", "--quiet")
}

// count is the number in a variable, or else the usual one.
func count(t *testing.T, variable string, usual int) int {
	t.Helper()
	v := os.Getenv(variable)
	if v == "" {
		return usual
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s: want a number", variable, v)
	}
	return n
}

// onSimulator calls test with the victims on the simulated device, or says why
// there is none.
func onSimulator(t *testing.T) []*victim {
	t.Helper()
	library := simulator(t)
	if library == "" {
		t.Skip("needs a build with -tags cuda, and g++ for the simulated device")
	}
	return victims(t, "cuda", "MNISTGPU_LIBCUDA="+library, "MNISTGPU_LIBCUBLAS="+library)
}

// killsVariable says how many runs are killed, and how many get a signal.
const killsVariable = "MNISTGPU_KILLS"

// TestKilled kills runs at random times, again and again, until they get to their
// end, which must be that of the run in one go.
func TestKilled(t *testing.T) { testKilled(t, victims(t, "cpu"), count(t, killsVariable, 10)) }

func TestKilledOnSimulator(t *testing.T) {
	testKilled(t, onSimulator(t), max(3, count(t, killsVariable, 10)/10))
}

func testKilled(t *testing.T, all []*victim, runs int) {
	var tally kills
	passed := 0
	for i := range runs {
		v := all[i%len(all)]
		dir := filepath.Join(t.TempDir(), "run")
		// Sooner or later, so that it comes to about three kills a run however
		// busy the machine is.
		within := 2 * v.took
		if tally.all <= 3*i {
			within = v.took * 2 / 3
		}
		err := tally.run(v, dir, within)
		if err == nil {
			err = alikeRuns(dir, v.whole)
		}
		if err != nil {
			t.Errorf("run %d: %v", i, err)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d: %.1f kills a run, %d kills during a save", passed, runs, float64(tally.all)/float64(runs), tally.saving)
	if tally.all < runs || tally.saving == 0 {
		t.Errorf("%d kills of %d runs, %d during a save: want one a run, and some of these", tally.all, runs, tally.saving)
	}
}

// kills counts how often runs were killed.
type kills struct {
	all    int
	saving int // while the file of a checkpoint was being written
}

// run trains in dir until it ends by itself. Before that it is killed, each time at
// random within the given time.
func (k *kills) run(v *victim, dir string, within time.Duration) error {
	cmd := v.train(dir)
	for range 1000 {
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			return err
		}
		killer := time.AfterFunc(rand.N(within), func() { cmd.Process.Kill() })
		err := cmd.Wait()
		killer.Stop()
		if err == nil {
			return nil
		}
		if cmd.ProcessState.ExitCode() >= 0 {
			return fmt.Errorf("%v: %s", err, &out)
		}
		k.all++
		if unfinished, _ := filepath.Glob(filepath.Join(dir, ".checkpoint-*.tmp")); len(unfinished) > 0 {
			k.saving++
		}
		cmd = v.more(dir)
	}
	return errors.New("does not come to an end")
}
