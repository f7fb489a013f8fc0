package sweep

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// writeDigits writes a data set of 600 and 200 drawn digits into the folder digits.
func writeDigits(t *testing.T) {
	t.Helper()
	data := mnist.Synthetic(600, 200, 1)
	err := os.Mkdir("digits", 0o777)
	for prefix, split := range map[string]mnist.Split{"train": data.Train, "t10k": data.Test} {
		var images, labels bytes.Buffer
		err = errors.Join(err,
			mnist.WriteImages(&images, mnist.Images{Height: data.Height, Width: data.Width, Pixels: split.Images}),
			mnist.WriteLabels(&labels, split.Labels),
			os.WriteFile(filepath.Join("digits", prefix+"-images-idx3-ubyte"), images.Bytes(), 0o666),
			os.WriteFile(filepath.Join("digits", prefix+"-labels-idx1-ubyte"), labels.Bytes(), 0o666))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command runs a command line, whose first word is sweep, on drawn digits.
func command(t *testing.T, line string, env map[string]string) (stdout, stderr string, err error) {
	t.Helper()
	var out, notes bytes.Buffer
	o := &ui.IO{Stdout: &out, Stderr: &notes, Getenv: func(name string) string { return env[name] }}
	cmd := New(o)
	args := strings.Fields(line)[1:]
	if args[0] != "merge" {
		args = append(args, "--data", "digits", "--backend", "cpu")
	}
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(context.Background())
	return out.String(), notes.String(), err
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestShardsComeToTheSame runs a sweep with a trial that diverges as a whole and in
// shards, in one folder and in two.
func TestShardsComeToTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	const trials = " --hidden 8,12x6 --lr 0.1,1e30 --epochs 1 --run-dir "
	run := func(line string, env map[string]string) string {
		t.Helper()
		stdout, stderr, err := command(t, line, env)
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, stderr)
		}
		return stdout
	}
	stdout := run("sweep --jobs 2"+trials+"whole", nil)
	for _, text := range []string{"diverged", "best is trial ", "to keep its network: mnistgpu train --data digits ", "results in whole\n"} {
		if !strings.Contains(stdout, text) {
			t.Errorf("a sweep prints %q, want %q in it", stdout, text)
		}
	}
	if table := read(t, "whole/results.csv"); !strings.Contains(table, "\n1,8,1e30,3203108257,diverged,") {
		t.Errorf("the table is %s", table)
	}
	if got := run("sweep"+trials+"one --shard 1/2", nil); got != "shard 1/2 is done; when all are: mnistgpu sweep merge one\n" {
		t.Errorf("a shard prints %q", got)
	}
	if _, _, err := command(t, "sweep merge one", nil); fault.ExitCode(err) != 3 || err.Error() != "2 of 4 trials are missing: 0, 2" {
		t.Errorf("half of the trials: %v", err)
	}
	slurm := map[string]string{"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "2"}
	run("sweep"+trials+"one", slurm)
	run("sweep"+trials+"other", slurm)
	run("sweep merge one", nil)
	run("sweep merge other one --out both", nil)
	for _, name := range []string{"results.csv", "best.json", "heatmap.png"} {
		for _, dir := range []string{"one", "both"} {
			if read(t, filepath.Join(dir, name)) != read(t, filepath.Join("whole", name)) {
				t.Errorf("%s of %s is not that of the whole", name, dir)
			}
		}
	}
	if got := run("sweep merge both --json", nil); !strings.HasPrefix(got, `{"status":"done","trials":4,"diverged":2,"missing":[],"best":{"index":`) {
		t.Errorf("the JSON is %s", got)
	}
}

// TestASweepContinues repeats a sweep that has lost a trial's result.
func TestASweepContinues(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	const line = "sweep --hidden 8 --seed 1,2 --steps 5"
	if _, stderr, err := command(t, line, nil); err != nil || !strings.Contains(stderr, "\n2 trials\n1/2  seed 1  ") {
		t.Fatalf("%v: %s", err, stderr)
	}
	if err := os.Remove("runs/sweep-001/trials/00000.json"); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := command(t, line, nil)
	if err != nil || !strings.Contains(stderr, "\ncontinuing in runs/sweep-001\n2 trials, 1 of them finished before\n2/2  seed 1  ") || !strings.HasSuffix(stdout, "results in runs/sweep-001\n") {
		t.Errorf("%v\n%s\n%s", err, stdout, stderr)
	}
	if _, _, err := command(t, "sweep --hidden 8 --seed 1,3 --steps 5 --run-dir runs/sweep-001", nil); err == nil {
		t.Error("a folder of other trials is taken")
	}
}

// TestAnInterruptedSweepTellsWhatIsLeft stops a sweep before its first trial.
func TestAnInterruptedSweepTellsWhatIsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	var out, notes bytes.Buffer
	o := &ui.IO{Stdout: &out, Stderr: &notes, Getenv: func(string) string { return "" }}
	s, err := parsed(t, "--data", "digits", "--backend", "cpu", "--hidden", "8,9", "--run-dir", "stopped")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.chooseShard(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(fault.New(fault.Interrupted, "stopped by a test"))
	for want, asJSON := range map[string]bool{
		"0 of 2 trials are done in stopped; the same command does the rest\n":                                     false,
		`{"status":"interrupted","trials":2,"diverged":0,"missing":[0,1],"best":null,"run_dir":"stopped"}` + "\n": true,
	} {
		out.Reset()
		s.json = asJSON
		if err := s.run(ctx, o); !fault.Is(err, fault.Interrupted) || out.String() != want {
			t.Errorf("%v, and it prints %q, want %q", err, out.String(), want)
		}
	}
}

// TestShardsThatMakeNoSense checks the errors of --shard and of what sets it otherwise.
func TestShardsThatMakeNoSense(t *testing.T) {
	for _, test := range []struct {
		shard, dir string
		env        map[string]string
		want       string
	}{
		{"4/4", "x", nil, `--shard must be i/n with i from 0 to n-1, such as 0/4 (got "4/4")`},
		{"0/4", "", nil, "shard 0/4 needs --run-dir, the same folder for all shards"},
		{"", "x", map[string]string{"JOB_COMPLETION_INDEX": "1"}, "JOB_COMPLETION_INDEX is the index of a shard, but there is no count: add --shards N"},
	} {
		s := &options{shardText: test.shard, runDir: test.dir}
		o := &ui.IO{Stderr: new(bytes.Buffer), Getenv: func(name string) string { return test.env[name] }}
		if err := s.chooseShard(o); err == nil || err.Error() != test.want || !fault.Is(err, fault.BadUsage) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

// TestFlagsHaveGroups checks that help lists the axes with the settings that they are.
func TestFlagsHaveGroups(t *testing.T) {
	f := New(new(ui.IO)).Flags()
	for _, r := range settings.Axes() {
		flag := f.Lookup(r.Name)
		if settings.GroupOf(flag) != r.Group || !strings.HasSuffix(flag.Value.Type(), ",...") || flag.DefValue != r.ShownDefault() {
			t.Errorf("--%s %s is in %q, with the default %q", r.Name, flag.Value.Type(), settings.GroupOf(flag), flag.DefValue)
		}
	}
}
