package sweep

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
)

// parsed returns the options that flags give, with the axes as flags of a command have
// them.
func parsed(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	s := newOptions()
	f := pflag.NewFlagSet("sweep", pflag.ContinueOnError)
	s.register(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if err := settings.Apply(f, func(string) string { return "" }); err != nil {
		return nil, err
	}
	return s, s.check(f)
}

// specOf returns the spec of a sweep on 600 drawn digits.
func specOf(t *testing.T, args ...string) (*sweep.Spec, error) {
	t.Helper()
	s, err := parsed(t, args...)
	if err != nil {
		return nil, err
	}
	return s.spec(mnist.Synthetic(600, 200, 1))
}

// The settings that all bases below end with, but for their first values.
const (
	noSchedule = "lr-period=0 lr-decay=0 lr-min=0 pct-start=0 warmup=0"
	noStopping = "val-fraction=0 patience=0 min-delta=0 time=0 target-accuracy=0"
	plain      = "optimizer=sgd momentum=0 lr-schedule=const " + noSchedule + " " + noStopping
	default1   = "init-std=0.03 pixel-scale=0.00392156862745098 l2=0 eval-every=0 shuffle=true"
	notebook1  = "init-std=1 pixel-scale=1 l2=0 eval-every=100 shuffle=false"
)

// TestBase compares what the trials of sweeps have in common with what the first program
// to write a sweep.json found, so that sweeps that were begun earlier continue.
func TestBase(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "net.toml", "hidden = [8, 7]\noptimizer = \"momentum\"\nbatch = 64\n")
	for _, test := range []struct{ args, want string }{
		{"--data synthetic --backend cpu --hidden 8,12x6 --lr 0.1,0.5 --steps 1 --batch 64",
			"preset=default data=synthetic backend=cpu batch=64 steps=1 " + default1 + " " + plain},
		{"--data digits --optimizer sgd,momentum,adam --lr-schedule onecycle --epochs 1 --hidden 8",
			"preset=default data=digits classes=10 backend=auto hidden=8 batch=128 epochs=1 " + default1 + " lr-schedule=onecycle lr-period=0 lr-decay=0 pct-start=0.3 warmup=0 " + noStopping},
		{"--data auto --preset notebook-grid --steps 1",
			"preset=notebook data=synthetic backend=auto batch=full steps=1 " + notebook1 + " " + plain},
		{"--data digits --seed 1,2 --time 10m --val-fraction 0.2 --patience 3 --pixel-scale 0.0078431372549 --blas gonum --batch full --hidden 12x6 --steps 2",
			"preset=default data=digits classes=10 backend=cpu blas=gonum hidden=12,6 batch=full steps=2 lr=0.5 init-std=0.03 pixel-scale=0.0078431372549 l2=0 eval-every=0 shuffle=true " +
				"optimizer=sgd momentum=0 lr-schedule=const " + noSchedule + " val-fraction=0.2 patience=3 min-delta=0 time=10m0s target-accuracy=0"},
		{"--data synthetic --precision tf32 --lr 1,2 --steps 1",
			"preset=default data=synthetic backend=cuda device=0 precision=tf32 engine=auto hidden=400 batch=128 steps=1 " + default1 + " " + plain},
		{"--data synthetic --device 1 --lr 1,2 --steps 1",
			"preset=default data=synthetic backend=auto hidden=400 batch=128 steps=1 " + default1 + " " + plain},
		{"--data digits --config net.toml --seed 7 --lr 1,2 --steps 1 --save-every 1 --jobs 2",
			"preset=default data=digits classes=10 backend=auto hidden=8,7 batch=64 steps=1 " + default1 + " optimizer=momentum momentum=0.9 lr-schedule=const " + noSchedule + " " + noStopping},
		{"--data digits --method random --trials 3 --hidden 5:20 --lr 0.05:1 --momentum 0.5 --optimizer momentum --steps 1 --preset notebook",
			"preset=notebook data=digits classes=10 backend=auto batch=full steps=1 " + notebook1 + " optimizer=momentum momentum=0.5 lr-schedule=const " + noSchedule + " " + noStopping},
	} {
		spec, err := specOf(t, strings.Fields(test.args)...)
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		var got []string
		for _, s := range spec.Base {
			got = append(got, s.Name+"="+s.Value)
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s\ngave  %s\nwant  %s", test.args, text, test.want)
		}
	}
}

// TestRandomTrialsStayTheSame compares drawn trials with those that the first program to
// draw some drew from the same flags.
func TestRandomTrialsStayTheSame(t *testing.T) {
	spec, err := specOf(t, strings.Fields("--data digits --method random --trials 3 --hidden 5:20 --lr 0.05:1 --steps 1")...)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"10", "0.05952"}, {"5", "0.1235"}, {"5", "0.05872"}}
	if !slices.Equal(spec.Axes, []string{"hidden", "lr"}) || !slices.EqualFunc(spec.Trials, want, slices.Equal) {
		t.Errorf("drew %v of %v, want %v", spec.Trials, spec.Axes, want)
	}
}

// TestFilesOfSettings gives sweeps files whose lists are networks or trials, and whose
// settings leave room for those of the command line or do not.
func TestFilesOfSettings(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "one.toml", "hidden = [1024, 512]\nlr = [0.1, 0.5]\n")
	write(t, "two.toml", `hidden = "400,1024x512"`)
	const complete = "preset = \"default\"\noptimizer = \"sgd\"\nlr_schedule = \"const\"\n" // as a run writes it
	write(t, "run.toml", complete+"lr = 0.5\nmomentum = 0.0\nepochs = 3\n")
	write(t, "usual.toml", complete+"hidden = [400]\nlr = 0.5\n")
	write(t, "own.toml", "lr = 0.5\n")
	write(t, "momentum.toml", "optimizer = \"momentum\"\nmomentum = 0.95\nlr = 0.05\n")
	for _, test := range []struct{ args, axes, command string }{
		{"--config one.toml", "lr", "--hidden 1024,512 --lr 0.1"},
		{"--config two.toml", "hidden", ""},
		{"--config two.toml --hidden 8 --l2 0,1", "l2", "--hidden 8"},
		{"--config run.toml --optimizer adam,momentum", "optimizer", "--epochs 3 --optimizer adam"},
		{"--config own.toml --optimizer adam,momentum", "optimizer", "--lr 0.5 --optimizer adam"},
		{"--config run.toml --steps 3,4", "steps", "--steps 3"},
		{"--config momentum.toml --optimizer adam,sgd", "optimizer", "--lr 0.05 --optimizer adam"},
		{"--config usual.toml --preset notebook-grid", "hidden lr", "--preset notebook --hidden 300 --lr 0.5"},
		{"--l2 0,1 --hidden 8,9", "l2 hidden", "--hidden 8"},
		{"--l2 0,1 --hidden 8 --hidden 8,9 --l2 1,2", "l2 hidden", "--hidden 8 --l2 1"},
	} {
		s, err := parsed(t, append(strings.Fields(test.args), "--seed", "1", "--data", "synthetic")...)
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		spec, err := s.spec(mnist.Synthetic(600, 200, 1))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		v, err := s.trial(sweep.Trial{Settings: spec.Trial(0).Settings, Seed: 1})
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		command := strings.NewReplacer("mnistgpu train", "", " --data synthetic --backend auto", "", " --seed 1", "").Replace(v.CommandLine())
		command = strings.TrimSpace(command)
		if axes := strings.Join(spec.Axes, " "); axes != test.axes || command != test.command {
			t.Errorf("%s: trials differ in %q and the first is %q, want %q and %q", test.args, axes, command, test.axes, test.command)
		}
	}
}

// TestCommandLineRepeatsATrial checks the command that is printed for the best trial, also
// for a spec that someone has edited.
func TestCommandLineRepeatsATrial(t *testing.T) {
	spec, err := specOf(t, strings.Fields("--data synthetic --backend cpu --hidden 8,12x6 --optimizer momentum --momentum 0,0.99 --steps 9")...)
	if err != nil {
		t.Fatal(err)
	}
	trial := spec.Trial(3)
	outcome := &sweep.Outcome{Settings: trial.Settings, Seed: trial.Seed}
	got, err := commandLine(spec, outcome)
	want := "mnistgpu train --data synthetic --backend cpu --hidden 12,6 --steps 9 --seed 1908508304 --optimizer momentum --momentum 0.99"
	if err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for _, edited := range []sweep.Setting{{Name: "speed", Value: "3"}, {Name: "lr", Value: "fast"}, {Name: "lr", Value: "-1"}} {
		outcome.Settings = append(trial.Settings[:2:2], edited)
		if got, err := commandLine(spec, outcome); err == nil {
			t.Errorf("%s = %s gave %s", edited.Name, edited.Value, got)
		}
	}
}

// TestMistakes checks that what makes no sense is found before anything is trained.
func TestMistakes(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"", "nothing to compare: give a flag several values, such as --lr 0.1,0.5"},
		{"--lr 0.1", "nothing to compare: give a flag several values, such as --lr 0.1,0.5"},
		{"--lr 0.1:1", "--lr is a range, which only random trials can draw from: add --method random"},
		{"--method random --lr 0.1:1", "--method random needs --trials, from 1 to 100000"},
		{"--trials 3 --lr 1,2", "--trials needs --method random"},
		{"--method random --trials 2 --batch 0.1:0.2", `trial 0: --batch must be a whole number, at least 1, or full (got "0")`},
		{"--lr 0.1,-1", "--lr must be greater than 0 (got -1)"},
		{"--batch 64,601", "a batch of 601 is larger than the training set of 600 images"},
		{"--epochs 1,2 --steps 3", "--epochs and --steps exclude each other"},
		{"--preset notebook-grid --lr 1,2", "--preset notebook-grid sets --hidden, --lr and --method itself"},
		{"--lr 1,2 --backend cpu --device 0,1", "--device needs --backend cuda (got cpu)"},
		{"--lr 1,2 --blas gonum --device 0,1", "--blas and --device exclude each other: one is for the CPU, the other for a GPU"},
		{"--lr 1,2 --device 0,0", "--device must be the numbers of GPUs, each once (got 0,0)"},
		{"--lr 1,2 --device 1,-1", "--device must be the numbers of GPUs, each once (got 1,-1)"},
		{"--lr 1,2 --jobs 0", "--jobs must be at least 1 (got 0)"},
		{"--l2 " + strings.Repeat("1,", 999) + "1 --lr " + strings.Repeat("1,", 999) + "1", "more than 100000 trials"},
	} {
		_, err := specOf(t, strings.Fields(test.args)...)
		if err == nil || err.Error() != test.want || fault.ExitCode(err) != 2 {
			t.Errorf("%s: error %q with code %d, want %q with code 2", test.args, err, fault.ExitCode(err), test.want)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
