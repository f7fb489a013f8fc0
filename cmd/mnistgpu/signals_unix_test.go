//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mnistgpu/internal/run"
)

// TestSignalled stops runs by SIGINT, SIGTERM and SIGHUP at random times, every fourth by two in
// quick succession. Their exit codes must tell the signal and, once resumed, they must
// end like the uninterrupted run. Nine of ten must stop within the promised five
// seconds, since other work may stall one.
func TestSignalled(t *testing.T) { testSignalled(t, victims(t, "cpu"), count(t, killsVariable, 10)) }

func TestSignalledOnSimulator(t *testing.T) {
	testSignalled(t, onSimulator(t), max(3, count(t, killsVariable, 10)/10))
}

func testSignalled(t *testing.T, all []*victim, n int) {
	passed, stopped := 0, 0
	var times []time.Duration
	for i := range n {
		v := all[i%len(all)]
		dir := filepath.Join(t.TempDir(), "run")
		signal := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[i%3]
		took, code, err := v.signalled(dir, signal, i%4 == 0)
		times = append(times, took)
		if code == 128+int(signal) {
			stopped++
			var out []byte
			if out, err = v.more(dir).CombinedOutput(); err != nil {
				err = fmt.Errorf("going on: %w: %s", err, out)
			}
		}
		if err == nil {
			err = compareResults(dir, v.whole)
		}
		if err != nil {
			t.Errorf("run %d: %v", i, err)
			continue
		}
		passed++
	}
	slices.Sort(times)
	t.Logf("passed %d of %d: %d stopped before their end, the slowest within %v", passed, n, stopped, times[n-1].Round(time.Millisecond))
	if most := times[(n-1)*9/10]; most > 5*time.Second || stopped < n/2 {
		t.Errorf("%d of %d stopped, nine of ten within %v: want half of them, within 5s", stopped, n, most)
	}
}

// signalled trains in dir and sends the signal, once or twice, at some time after the
// run has its folder. It returns how long the run then took to end, and the exit code.
// It is an error if the run ended neither by the signal nor by itself.
func (v *victim) signalled(dir string, signal syscall.Signal, twice bool) (took time.Duration, code int, err error) {
	cmd := v.train(dir)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for exists := false; !exists; { // before that, there is nothing to save
		_, err := os.Stat(filepath.Join(dir, run.ConfigFile))
		exists = err == nil
		time.Sleep(time.Millisecond)
	}
	time.Sleep(rand.N(v.took / 2))
	start := time.Now()
	cmd.Process.Signal(signal) // fails only if the run has ended
	if twice {
		time.Sleep(time.Millisecond) // signals that arrive together count as one
		cmd.Process.Signal(signal)
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		cmd.Process.Kill()
		<-ended
	}
	took, code = time.Since(start), cmd.ProcessState.ExitCode()
	if cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == signal { // it no longer caught signals when this one came
		code = 128 + int(signal)
	}
	if code != 0 && code != 128+int(signal) {
		err = fmt.Errorf("exit code %d: %s", code, &out)
	}
	return took, code, err
}

// TestOneResult trains ten times, half of them while other work keeps the processors
// busy. It also stops runs on 1, 2 and 8 threads and resumes each on another number of
// threads. All must have the same result.
func TestOneResult(t *testing.T) { testOneResult(t, victims(t, "cpu")[2]) }

func TestOneResultOnSimulator(t *testing.T) { testOneResult(t, onSimulator(t)[2]) }

func testOneResult(t *testing.T, v *victim) {
	passed, cases := 0, 0
	check := func(name, dir string, err error) {
		cases++
		if err == nil {
			err = compareResults(dir, v.whole)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		passed++
	}
	for i := range 10 {
		if i == 5 {
			defer load()()
		}
		dir := filepath.Join(t.TempDir(), "run")
		check(fmt.Sprintf("run %d", i), dir, v.train(dir).Run())
	}
	threads := []string{"GOMAXPROCS=1", "GOMAXPROCS=2", "GOMAXPROCS=8"}
	for i, first := range threads {
		second := threads[(i+1)%len(threads)]
		dir := filepath.Join(t.TempDir(), "run")
		one, two := *v, *v
		one.env, two.env = append(slices.Clip(v.env), first), append(slices.Clip(v.env), second)
		_, code, err := one.signalled(dir, syscall.SIGTERM, false)
		if err == nil && code != 0 {
			err = two.more(dir).Run()
		}
		check(first+", then "+second, dir, err)
	}
	t.Logf("passed %d of %d", passed, cases)
}

// load keeps the processors busy until the function that it returns is called.
func load() (stop func()) {
	done := make(chan struct{})
	for range 4 {
		go func() {
			for x := 1; ; x *= 3 {
				select {
				case <-done:
					return
				default:
				}
			}
		}()
	}
	return func() { close(done) }
}
