package main

import (
	"maps"
	"strings"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
)

// fingerprintOf returns the fingerprint of train with the given flags, on drawn digits.
func fingerprintOf(t *testing.T, images int, args ...string) map[string]string {
	t.Helper()
	s, f := newSettings()
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	if err := s.resolve(f); err != nil {
		t.Fatal(err)
	}
	b, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	data := mnist.Synthetic(images, 10, 1)
	sum, err := data.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	return s.fingerprint(b, data, sum)
}

// TestFingerprint changes one thing at a time. Those that can change the result must be
// named; the others must make no difference.
func TestFingerprint(t *testing.T) {
	begun := fingerprintOf(t, 20)
	for _, args := range []string{"", "--backend=cpu", "--save-every=5", "--keep=3", "--quiet", "--report=false", "--json", "--run-dir=x", "--graph=false"} {
		if err := sameRun("run", begun, fingerprintOf(t, 20, strings.Fields(args)...)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, test := range []struct{ args, want string }{
		{"--hidden=8", "hidden is 400, not 8"},
		{"--batch=full", "batch is 128, not full"},
		{"--preset=notebook --hidden=400 --batch=128 --lr=0.5 --init-std=0.03 --eval-every=0 --epochs=10", "pixel-scale is 0.00392156862745098, not 1; its preset is default, not notebook; its shuffle is true, not false"},
		{"--epochs=11", "epochs is 10, not 11"},
		{"--steps=11", "epochs is 10, not unset; its steps is unset, not 11"},
		{"--lr=0.25", "lr is 0.5, not 0.25"},
		{"--seed=2", "seed is 1, not 2"},
		{"--shuffle=false", "shuffle is true, not false"},
		{"--optimizer=adam", "lr is 0.5, not 0.001; its optimizer is sgd, not adam"},
		{"--optimizer=adam --lr=0.5", "optimizer is sgd, not adam"},
		{"--l2=0.5", "l2 is 0, not 0.5"},
		{"--warmup=1", "warmup is 0, not 1"},
		{"--val-fraction=0.5", "val-fraction is 0, not 0.5"},
		{"--time=1h", "time is 0, not 1h0m0s"},
		{"--eval-every=3", "eval-every is 0, not 3"},
		{"--blas=gonum", "blas is unset, not gonum"},
	} {
		err := sameRun("run", begun, fingerprintOf(t, 20, strings.Fields(test.args)...))
		if err == nil || err.Error() != "cannot resume run: its "+test.want || exitCode(err) != exitUsage {
			t.Errorf("%s: %v, want %s", test.args, err, test.want)
		}
	}
	others := fingerprintOf(t, 21)
	for _, test := range []struct {
		begun, now map[string]string
		want       string
	}{
		{begun, others, "its data is " + begun["data"][:12] + ", not " + others["data"][:12]},
		{nameData(begun, "digits"), nameData(others, "more"), "its data is digits (" + begun["data"][:12] + "), not more (" + others["data"][:12] + ")"},
	} {
		if err := sameRun("run", test.begun, test.now); err == nil || err.Error() != "cannot resume run: "+test.want {
			t.Errorf("other data gave %v, want %s", err, test.want)
		}
	}
	if err := sameRun("run", fingerprintOf(t, 20, "--steps=11"), begun); err == nil || !strings.HasPrefix(err.Error(), "cannot resume run: its epochs is unset, not 10") {
		t.Errorf("a run of steps gave %v", err)
	}
}

// TestOtherMachine checks that another machine is reported, but does not keep a run
// from being resumed.
func TestOtherMachine(t *testing.T) {
	begun := fingerprintOf(t, 20)
	if got := otherMachine(begun, begun); got != "" {
		t.Errorf("the same machine is %q", got)
	}
	now := maps.Clone(begun)
	now[machineName] = "abacus"
	if got, want := otherMachine(begun, now), "another machine wrote the checkpoint: "+begun[machineName]+", not abacus"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if err := sameRun("run", begun, now); err != nil {
		t.Errorf("another machine: %v", err)
	}
}

// TestCannotVerify resumes with --verify-every. If the run was started with an engine
// that cannot be verified, the error must be about that flag.
func TestCannotVerify(t *testing.T) {
	r := &trainRun{s: &settings{verify: 5}, place: place{dir: &run.Dir{Path: "run"}}}
	ops := map[string]string{"engine": "ops", "lr": "0.5"}
	const want = "cannot verify run: a verified run takes its verbs one by one (--engine ops), and this one was started with --engine auto"
	if err := r.same(map[string]string{"engine": "auto", "lr": "0.5"}, ops); err == nil || err.Error() != want || exitCode(err) != exitUsage {
		t.Errorf("%v, want %s", err, want)
	}
	if err := r.same(ops, ops); err != nil {
		t.Errorf("a run of ops: %v", err)
	}
	if err := r.same(map[string]string{"lr": "0.5"}, map[string]string{"lr": "0.5"}); err != nil {
		t.Errorf("a run on the CPU: %v", err)
	}
	r.s.verify = 0
	if err := r.same(map[string]string{"engine": "auto", "lr": "0.5"}, ops); err == nil || err.Error() != "cannot resume run: its engine is auto, not ops" {
		t.Errorf("another engine: %v", err)
	}
}
