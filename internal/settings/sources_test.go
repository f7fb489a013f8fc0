package settings

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestPrecedence takes away one source after the other: the command line, the environment,
// the file, the preset.
func TestPrecedence(t *testing.T) {
	file := " --config " + writeFile(t, "preset = 'notebook'\nlr = 0.03\nhidden = [30]\n")
	for _, test := range []struct {
		line, variable string
		want           float64
	}{
		{"--lr 0.01" + file, "MNISTGPU_LR=0.02", 0.01},
		{file, "MNISTGPU_LR=0.02", 0.02},
		{file, "", 0.03},
		{file, "MNISTGPU_LR=", 0.03},
		{"--preset notebook", "", 0.0001},
		{"", "", 0.5},
	} {
		if got := mustResolve(t, test.line, test.variable).Train.LearningRate; got != test.want {
			t.Errorf("%s %s: lr is %v, want %v", test.line, test.variable, got, test.want)
		}
	}
	if v := mustResolve(t, file); v.Preset != "notebook" || v.Train.InitStd != 1 || v.Train.Hidden[0] != 30 {
		t.Errorf("preset %s of the file, std %v, hidden %v", v.Preset, v.Train.InitStd, v.Train.Hidden)
	}
	if v := mustResolve(t, "--preset default"+file); v.Train.InitStd != 0.03 || v.Train.Hidden[0] != 30 {
		t.Errorf("preset of the flag: std %v, hidden %v", v.Train.InitStd, v.Train.Hidden)
	}
	if v := mustResolve(t, "", "MNISTGPU_CONFIG="+strings.TrimPrefix(file, " --config ")); v.Preset != "notebook" {
		t.Errorf("MNISTGPU_CONFIG is not read")
	}
}

// TestStrongerSourcesMakeRoom gives settings that exclude each other in different sources.
func TestStrongerSourcesMakeRoom(t *testing.T) {
	config := func(content string) string { return " --config " + writeFile(t, content) }
	for _, test := range []struct{ name, line, variable, same string }{
		{"steps over the file's epochs", "--steps 5" + config("epochs = 3\n"), "", "--steps 5"},
		{"epochs over the file's steps", "--epochs 5" + config("steps = 3\n"), "", "--epochs 5"},
		{"steps over the variable's epochs", "--steps 5", "MNISTGPU_EPOCHS=3", "--steps 5"},
		{"the variable's steps over the file's epochs", config("epochs = 3\n"), "MNISTGPU_STEPS=5", "--steps 5"},
		{"epochs over a preset of steps", "--preset notebook --epochs 2", "", "--epochs 2 --preset notebook"},
		{"cpu over the variable's device", "--backend cpu", "MNISTGPU_DEVICE=1", "--backend cpu"},
		{"cpu over the file's GPU", "--backend cpu" + config("backend = 'cuda'\ndevice = 1\nprecision = 'tf32'\nengine = 'ops'\n"), "", "--backend cpu"},
		{"device over the file's cpu", "--device 1" + config("backend = 'cpu'\nblas = 'gonum'\n"), "", "--device 1"},
		{"cuda over the file's blas", "--backend cuda" + config("blas = 'gonum'\n"), "", "--backend cuda"},
		{"blas over the variable's device", "--blas gonum", "MNISTGPU_DEVICE=1", "--blas gonum"},
		{"blas over the file's backend", "--blas gonum" + config("backend = 'cuda'\n"), "", "--blas gonum"},
		{"blas auto leaves the GPU", "--blas auto" + config("device = 1\n"), "", "--device 1"},
		{"adam over the file's momentum", "--optimizer adam" + config("optimizer = 'momentum'\nmomentum = 0.8\n"), "", "--optimizer adam"},
		{"another schedule than the file's", "--lr-schedule cosine" + config("lr_schedule = 'step'\nlr_decay = 0.5\nlr_period = 2.0\n"), "", "--lr-schedule cosine"},
		{"MNIST over the file's folder", "--data mnist" + config("data = 'x'\nclasses = ['a', 'b']\n"), "", "--data mnist"},
	} {
		v, err := resolveLine(test.line, test.variable)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		sameValues(t, test.name, v, mustResolve(t, test.same))
	}
}

// TestOneSourceMakesNoRoom gives settings that exclude each other in one source, or
// leave no room in the place where they stand.
func TestOneSourceMakesNoRoom(t *testing.T) {
	for content, want := range map[string]string{
		"epochs = 3\nsteps = 5\n":            "1: epochs and PATH:2: steps exclude each other",
		"backend = 'cpu'\ndevice = 1\n":      "2: device needs --backend cuda (got cpu)",
		"device = 1\nblas = 'gonum'\n":       "2: blas and PATH:1: device exclude each other: one is for the CPU, the other for a GPU",
		"momentum = 0.5\n":                   "1: momentum needs --optimizer momentum",
		"lr = 0.1\nlr_min = 0.05\n":          "2: lr_min needs --lr-schedule cosine, triangular or onecycle",
		"hidden = [8]\nlr = 'fast'\n":        `2: lr must be a number (got "fast")`,
		"lr = -1\n":                          "1: lr must be greater than 0 (got -1)",
		"lr = nan\n":                         "1: lr must be greater than 0 (got NaN)",
		"lr = inf\n":                         "1: lr must be greater than 0 (got +Inf)",
		"batch = 1979-05-27T07:32:00Z\n":     `1: batch must be a whole number, at least 1, or full (got "1979-05-27 07:32:00 +0000 UTC")`,
		"data = 'x'\nclasses = ['a', 'a']\n": "",
	} {
		path := writeFile(t, content)
		_, err := resolveLine("--config " + path)
		if want == "" {
			if err == nil || !strings.HasPrefix(err.Error(), path+":2: classes: ") {
				t.Errorf("%s: %v", content, err)
			}
			continue
		}
		wantUsage(t, content, err, path+":"+strings.ReplaceAll(want, "PATH", path))
	}
	_, err := resolveLine("", "MNISTGPU_EPOCHS=3", "MNISTGPU_STEPS=5")
	wantUsage(t, "two variables", err, "MNISTGPU_EPOCHS and MNISTGPU_STEPS exclude each other")
	_, err = resolveLine("", "MNISTGPU_HIDDEN=a,b")
	wantUsage(t, "a variable", err, `MNISTGPU_HIDDEN must be whole numbers between commas, such as 400 or 1024,512 (got "a,b")`)
}

// TestLeadingZerosAreDecimal gives numbers that some languages take as octal.
func TestLeadingZerosAreDecimal(t *testing.T) {
	want := mustResolve(t, "--seed 10 --epochs 8 --hidden 64,9 --batch 77 --lr 0.5 --keep 12")
	sameValues(t, "flags", mustResolve(t, "--seed 010 --epochs 08 --hidden 064,09 --batch 077 --lr 00.5 --keep 012"), want)
	sameValues(t, "variables", mustResolve(t, "", "MNISTGPU_SEED=010", "MNISTGPU_EPOCHS=08", "MNISTGPU_HIDDEN=064,09",
		"MNISTGPU_BATCH=077", "MNISTGPU_LR=00.5", "MNISTGPU_KEEP=012"), want)
	path := writeFile(t, "seed = 010\nepochs = 08  # 010\nhidden = [064, 09]\nbatch=077\nlr = 00.5\nkeep = 012\n")
	sameValues(t, "a file", mustResolve(t, "--config "+path), want)
	quoted := writeFile(t, "seed = '010'\nepochs = \"08\"\nhidden = '064,09'\nbatch = '077'\nlr = '00.5'\nkeep = 0012\n")
	sameValues(t, "a file with quotes", mustResolve(t, "--config "+quoted), want)
	if v := mustResolve(t, "--config "+writeFile(t, "data = '007'\n")); v.Data != "007" {
		t.Errorf("the folder 007 is %s", v.Data)
	}
	if v := mustResolve(t, "--time 010s --save-every 010"); v.Train.Time != 10 || v.SaveEvery.Steps != 10 {
		t.Errorf("--time 010s is %v, --save-every 010 is %v", v.Train.Time, v.SaveEvery)
	}
	for _, other := range []string{"0x10", "0o10", "0b10", "1_0", "1e1"} {
		_, err := Resolve(choices("--seed " + other))
		wantUsage(t, other, err, `--seed must be a whole number, 0 or greater (got "`+other+`")`)
	}
}

func TestNearestNames(t *testing.T) {
	known := []string{"hidden", "lr", "lr-min", "epochs"}
	for name, want := range map[string]string{
		"hiden": ": did you mean hidden?", "lrr": ": did you mean lr?", "epoch": ": did you mean epochs?", "colour": "", "": "",
	} {
		if got := DidYouMean(name, known); got != want && name != "" {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for content, want := range map[string]string{
		"lr = 0.1\n\nhiden = [8]\n": `:3: unknown setting "hiden": did you mean hidden?`,
		"colour = 1\n":              `:1: unknown setting "colour"`,
	} {
		path := writeFile(t, content)
		_, err := resolveLine("--config " + path)
		wantUsage(t, content, err, path+want)
	}
}

func TestVariables(t *testing.T) {
	for flag, want := range map[string]string{"lr": "MNISTGPU_LR", "run-dir": "MNISTGPU_RUN_DIR", "data": "MNISTGPU_DATASET"} {
		if got := Variable(flag); got != want {
			t.Errorf("--%s has %s, want %s", flag, got, want)
		}
	}
	if v := mustResolve(t, "", "MNISTGPU_DATA=elsewhere"); v.Data != "auto" {
		t.Errorf("MNISTGPU_DATA sets --data to %s", v.Data)
	}
}

// TestOtherFlags gives a flag that is not a setting from each source.
func TestOtherFlags(t *testing.T) {
	for _, test := range []struct {
		args     []string
		variable string
		want     int
	}{{nil, "", 3}, {[]string{"--top", "4"}, "5", 4}, {nil, "5", 5}, {nil, "010", 10}} {
		top := 3
		f := pflag.NewFlagSet("predict", pflag.ContinueOnError)
		Var(f, Count(&top), "top", "N", "how many")
		if err := f.Parse(test.args); err != nil {
			t.Fatal(err)
		}
		if err := Apply(f, func(string) string { return test.variable }); err != nil || top != test.want {
			t.Errorf("%v, variable %q: %d, %v", test.args, test.variable, top, err)
		}
		if len(GivenBy(f)) > 0 {
			t.Error("a flag that is no setting was given as one")
		}
	}
	top := 3
	f := pflag.NewFlagSet("predict", pflag.ContinueOnError)
	Var(f, Count(&top), "top", "N", "how many")
	err := Apply(f, func(string) string { return "many" })
	wantUsage(t, "a variable", err, `MNISTGPU_TOP must be a whole number (got "many")`)
}

// TestDefaultOfACommand gives a command another default than train has.
func TestDefaultOfACommand(t *testing.T) {
	backend := func(args ...string) (string, error) {
		f := pflag.NewFlagSet("predict", pflag.ContinueOnError)
		Register(f, Model)
		SetDefault(f, "backend", "cpu")
		if err := f.Parse(args); err != nil {
			return "", err
		}
		v, err := Resolve(GivenBy(f))
		if err != nil {
			return "", err
		}
		return v.Backend, nil
	}
	for args, want := range map[string]string{"": "cpu", "--backend=auto": "auto", "--device=0": "cuda", "--precision=tf32": "cuda", "--blas=gonum": "cpu"} {
		if got, err := backend(strings.Fields(args)...); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", args, got, err, want)
		}
	}
	_, err := backend("--backend=cpu", "--device=0")
	wantUsage(t, "cpu and a device", err, "--device needs --backend cuda (got cpu)")
}
