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
	"strings"
	"testing"
	"time"

	"mnistgpu/internal/run"
)

// victim is a training that tests stop and resume, in processes of its own.
type victim struct {
	flags []string
	env   []string
	whole string        // folder of the uninterrupted run
	took  time.Duration // how long that took
}

// victims returns trainings of 45 steps by each method, on the CPU or on the simulated
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

// train returns the command that starts the training in a folder, or resumes it.
func (v *victim) train(dir string) *exec.Cmd {
	return v.command(slices.Concat([]string{"train", "--run-dir", dir, "--resume", "auto"}, v.flags)...)
}

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.Command("mnistgpu", args...)
	cmd.Env = v.env
	return cmd
}

// more returns a command that resumes a stopped run: at random either of the two that
// can, if the run has a checkpoint, and otherwise train.
func (v *victim) more(dir string) *exec.Cmd {
	saved, _ := filepath.Glob(filepath.Join(dir, "checkpoint-*"))
	if len(saved) == 0 || rand.IntN(2) == 0 {
		return v.train(dir)
	}
	return v.command("resume", dir, "--report=false", "--quiet")
}

// count returns the number in an environment variable, or the usual one if it is not
// set.
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

// onSimulator returns the victims on the simulated device. If there is no such device,
// it skips the test and says why.
func onSimulator(t *testing.T) []*victim {
	t.Helper()
	library := simulator(t)
	if library == "" {
		t.Skip("needs a build with -tags cuda, and g++ for the simulated device")
	}
	return victims(t, "cuda", "MNISTGPU_LIBCUDA="+library, "MNISTGPU_LIBCUBLAS="+library)
}

// killsVariable is the environment variable that says how many runs are killed, and how
// many get a signal.
const killsVariable = "MNISTGPU_KILLS"

// TestKilled kills runs at random times, again and again, until they end by themselves.
// The result must be that of the uninterrupted run.
func TestKilled(t *testing.T) { testKilled(t, victims(t, "cpu"), count(t, killsVariable, 10)) }

func TestKilledOnSimulator(t *testing.T) {
	testKilled(t, onSimulator(t), max(3, count(t, killsVariable, 10)/10))
}

// testKilled kills at least so many runs. It continues until there have been as many
// kills as runs and one of them came while a state was being written.
func testKilled(t *testing.T, all []*victim, least int) {
	var tally kills
	passed, n := 0, 0
	within := all[0].took
	for ; n < least || tally.all < n || tally.saving == 0; n++ {
		if n == 10*least+20 {
			t.Fatalf("%d kills of %d runs, %d during a save: want one a run, and some of these", tally.all, n, tally.saving)
		}
		v := all[n%len(all)]
		dir := filepath.Join(t.TempDir(), "run")
		before := tally.all
		err := tally.run(v, dir, within)
		// Kill sooner or later next time, so that there are about three kills per run,
		// however busy the machine is.
		if tally.all-before < 3 {
			within = within * 9 / 10
		} else {
			within = within * 10 / 9
		}
		if err == nil {
			err = compareResults(dir, v.whole)
		}
		if err != nil {
			t.Errorf("run %d: %v", n, err)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d: %.1f kills a run, %d kills during a save", passed, n, float64(tally.all)/float64(n), tally.saving)
}

// kills counts how often runs were killed.
type kills struct {
	all    int
	saving int // while the file of a checkpoint was being written
}

// run trains in dir until the run ends by itself. Until then it is killed, each time at
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

// TestStateOfAnotherRun resumes from a checkpoint that is intact, but whose cursor does
// not match its step. The error must name the file.
func TestStateOfAnotherRun(t *testing.T) {
	v := victims(t, "cpu")[0]
	saved, err := run.LoadState(v.whole)
	if err != nil {
		t.Fatal(err)
	}
	saved.State.Cursor--
	path, err := run.SaveState(v.whole, saved.Settings, saved.State, 2)
	if err == nil {
		err = os.Remove(filepath.Join(v.whole, run.SummaryFile))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := v.command("resume", v.whole, "--quiet")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(string(out), path+": ") || !strings.Contains(string(out), "image 539") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
