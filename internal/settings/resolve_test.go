package settings

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/train"
)

// TestRefused has a line for each rule of the table.
func TestRefused(t *testing.T) {
	for line, want := range map[string]string{
		"--preset tiny":                           `--preset must be default or notebook (got "tiny")`,
		"--hidden 3,0":                            "--hidden must be widths from 1 to 65536 of at most 128 layers (got 3,0)",
		"--hidden 65537":                          "--hidden must be widths from 1 to 65536 of at most 128 layers (got 65537)",
		"--hidden a,b":                            `--hidden must be whole numbers between commas, such as 400 or 1024,512 (got "a,b")`,
		"--batch 0":                               `--batch must be a whole number, at least 1, or full (got "0")`,
		"--batch -1":                              `--batch must be a whole number, at least 1, or full (got "-1")`,
		"--epochs 0":                              "--epochs must be at least 1 (got 0)",
		"--epochs 1.5":                            `--epochs must be a whole number (got "1.5")`,
		"--steps 0":                               "--steps must be from 1 to 10000000 (got 0)",
		"--steps 10000001":                        "--steps must be from 1 to 10000000 (got 10000001)",
		"--steps 5 --epochs 2":                    "--epochs and --steps exclude each other",
		"--lr 0":                                  "--lr must be greater than 0 (got 0)",
		"--lr NaN":                                "--lr must be greater than 0 (got NaN)",
		"--lr Inf":                                "--lr must be greater than 0 (got +Inf)",
		"--lr fast":                               `--lr must be a number (got "fast")`,
		"--init-std +Inf":                         "--init-std must be greater than 0 (got +Inf)",
		"--init-std NaN":                          "--init-std must be greater than 0 (got NaN)",
		"--pixel-scale -1":                        "--pixel-scale must be greater than 0 (got -1)",
		"--pixel-scale NaN":                       "--pixel-scale must be greater than 0 (got NaN)",
		"--l2 -1":                                 "--l2 must be 0 or greater (got -1)",
		"--l2 NaN":                                "--l2 must be 0 or greater (got NaN)",
		"--l2 Inf":                                "--l2 must be 0 or greater (got +Inf)",
		"--seed -1":                               `--seed must be a whole number, 0 or greater (got "-1")`,
		"--seed 18446744073709551616":             `--seed must be a whole number, 0 or greater (got "18446744073709551616")`,
		"--eval-every -1":                         "--eval-every must be 0 or greater (got -1)",
		"--shuffle=2":                             `--shuffle must be true or false (got "2")`,
		"--optimizer rmsprop":                     `--optimizer must be sgd, momentum or adam (got "rmsprop")`,
		"--momentum 0.5":                          "--momentum needs --optimizer momentum",
		"--lr-schedule linear":                    `--lr-schedule must be const, step, exp, cosine, triangular or onecycle (got "linear")`,
		"--lr-period 1":                           "--lr-period needs --lr-schedule step, exp or triangular",
		"--lr-decay 0.5":                          "--lr-decay needs --lr-schedule step or exp",
		"--lr-min 0.1":                            "--lr-min needs --lr-schedule cosine, triangular or onecycle",
		"--pct-start 0.1":                         "--pct-start needs --lr-schedule onecycle",
		"--warmup -1":                             "--warmup must be 0 or greater (got -1)",
		"--warmup NaN":                            "--warmup must be 0 or greater (got NaN)",
		"--val-fraction 1":                        "--val-fraction must be at least 0 and less than 1 (got 1)",
		"--val-fraction NaN":                      "--val-fraction must be at least 0 and less than 1 (got NaN)",
		"--val-fraction -0.1":                     "--val-fraction must be at least 0 and less than 1 (got -0.1)",
		"--patience 3":                            "--patience needs a validation set: add --val-fraction 0.1",
		"--min-delta 0.1":                         "--min-delta needs --patience",
		"--time -1s":                              "--time must be 0 or greater (got -1s)",
		"--time soon":                             `--time must be a time, such as 90s or 10m (got "soon")`,
		"--target-accuracy 97":                    "--target-accuracy must be from 0 to 1, such as 0.97 (got 97)",
		"--target-accuracy NaN":                   "--target-accuracy must be from 0 to 1, such as 0.97 (got NaN)",
		"--save-every 0":                          `--save-every must be a number of steps, a time such as 30s, or epoch (got "0")`,
		"--keep 0":                                "--keep must be at least 1 (got 0)",
		"--resume auto":                           "--resume needs the folder of the run: --run-dir DIR",
		"--backend gpu":                           `--backend must be auto, cpu or cuda (got "gpu")`,
		"--device -1":                             "--device must be 0 or greater (got -1)",
		"--precision fp8":                         `--precision must be fp32, tf32, bf16 or split16 (got "fp8")`,
		"--engine fast":                           `--engine must be auto, ops, fused or persistent (got "fast")`,
		"--step-timeout 0":                        "--step-timeout must be greater than 0 (got 0)",
		"--verify-every -1":                       "--verify-every must be 0 or greater (got -1)",
		"--engine fused --verify-every 5":         "--engine must be auto or ops with --verify-every (got fused)",
		"--device 0 --backend cpu":                "--device needs --backend cuda (got cpu)",
		"--blas gonum --backend cuda":             "--blas needs --backend cpu (got cuda)",
		"--blas gonum --device 0":                 "--blas and --device exclude each other: one is for the CPU, the other for a GPU",
		"--classes a,b":                           "--classes needs a folder of your own data: --data DIR",
		"--data x --classes 1":                    "--classes must be from 2 to 256, or names between commas (got 1)",
		"--data x --classes 257":                  "--classes must be from 2 to 256, or names between commas (got 257)",
		"--data x --classes 0":                    "--classes must be from 2 to 256, or names between commas (got 0)",
		"--optimizer momentum --momentum 1":       "--momentum must be at least 0 and less than 1 (got 1)",
		"--optimizer momentum --momentum NaN":     "--momentum must be at least 0 and less than 1 (got NaN)",
		"--optimizer momentum --momentum -0.1":    "--momentum must be at least 0 and less than 1 (got -0.1)",
		"--lr-schedule step --lr-period Inf":      "--lr-period must be 0 or greater (got +Inf)",
		"--lr-schedule step --lr-period NaN":      "--lr-period must be 0 or greater (got NaN)",
		"--lr-schedule step --lr-decay 0":         "--lr-decay must be greater than 0 and at most 1 (got 0)",
		"--lr-schedule step --lr-decay 1.5":       "--lr-decay must be greater than 0 and at most 1 (got 1.5)",
		"--lr-schedule exp --lr-decay NaN":        "--lr-decay must be greater than 0 and at most 1 (got NaN)",
		"--lr-schedule cosine --lr-min 0.6":       "--lr-min must be from 0 to --lr (got 0.6)",
		"--lr-schedule cosine --lr-min -0.1":      "--lr-min must be from 0 to --lr (got -0.1)",
		"--lr-schedule cosine --lr-min NaN":       "--lr-min must be from 0 to --lr (got NaN)",
		"--lr-schedule cosine --lr-period 1":      "--lr-period needs --lr-schedule step, exp or triangular",
		"--lr-schedule triangular --lr-decay 0.5": "--lr-decay needs --lr-schedule step or exp",
		"--lr-schedule onecycle --pct-start 1":    "--pct-start must be at least 0 and less than 1 (got 1)",
		"--lr-schedule onecycle --pct-start NaN":  "--pct-start must be at least 0 and less than 1 (got NaN)",
		"--lr-schedule onecycle --warmup 2":       "--warmup needs another --lr-schedule than onecycle, which has a warm-up of its own",
		"--val-fraction 0.1 --patience -1":        "--patience must be 0 or greater (got -1)",
		"--val-fraction 0.1 --patience 3 --min-delta -1":  "--min-delta must be 0 or greater (got -1)",
		"--val-fraction 0.1 --patience 3 --min-delta NaN": "--min-delta must be 0 or greater (got NaN)",
	} {
		_, err := Resolve(choices(line))
		wantUsage(t, line, err, want)
	}
}

// choices returns what flags give, including values that the flags themselves refuse.
func choices(line string) Given {
	given := Given{}
	words := strings.Fields(strings.ReplaceAll(line, "=", " "))
	for i := 0; i < len(words); i += 2 {
		given.Set(strings.TrimPrefix(words[i], "--"), words[i+1])
	}
	return given
}

func TestNamesOfClassesAreChecked(t *testing.T) {
	if v := mustResolve(t, "--data x --classes cat,dog"); v.Classes.Count != 2 {
		t.Errorf("two names are %d classes", v.Classes.Count)
	}
	for _, names := range []string{"a,a", "a,", "a"} {
		if _, err := resolveLine("--data x --classes " + names); err == nil {
			t.Errorf("the names %s were taken", names)
		}
	}
}

// TestSettingsThatAreOff gives settings that others leave no room for the value that
// switches them off.
func TestSettingsThatAreOff(t *testing.T) {
	for _, line := range []string{
		"--momentum 0", "--lr-decay 0", "--lr-min 0", "--pct-start 0", "--lr-period 0", "--patience 0", "--min-delta 0", "--resume never",
		"--lr-schedule onecycle --warmup 0",
	} {
		if _, err := resolveLine(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestUsualValues gives some settings, possibly 0, and expects the others to have their
// usual values.
func TestUsualValues(t *testing.T) {
	for line, want := range map[string]func(c *train.Config){
		"":                                                func(*train.Config) {},
		"--optimizer momentum":                            func(c *train.Config) { c.Optimizer, c.Momentum, c.LearningRate = "momentum", 0.9, 0.05 },
		"--optimizer momentum --momentum 0.5":             func(c *train.Config) { c.Optimizer, c.Momentum, c.LearningRate = "momentum", 0.5, 0.25 },
		"--optimizer momentum --momentum 0":               func(c *train.Config) { c.Optimizer = "momentum" },
		"--optimizer momentum --lr 0.3":                   func(c *train.Config) { c.Optimizer, c.Momentum, c.LearningRate = "momentum", 0.9, 0.3 },
		"--optimizer adam":                                func(c *train.Config) { c.Optimizer, c.LearningRate = "adam", 0.001 },
		"--optimizer adam --lr 0.5":                       func(c *train.Config) { c.Optimizer = "adam" },
		"--lr-schedule cosine":                            func(c *train.Config) { c.Kind = "cosine" },
		"--lr-schedule step":                              func(c *train.Config) { c.Kind, c.Decay = "step", 0.1 },
		"--lr-schedule exp":                               func(c *train.Config) { c.Kind, c.Decay = "exp", 0.1 },
		"--lr-schedule triangular":                        func(c *train.Config) { c.Kind, c.Min = "triangular", 0.125 },
		"--lr-schedule triangular --lr-min 0":             func(c *train.Config) { c.Kind = "triangular" },
		"--lr-schedule onecycle":                          func(c *train.Config) { c.Kind, c.Min, c.PctStart = "onecycle", 0.02, 0.3 },
		"--lr-schedule onecycle --lr-min 0 --pct-start 0": func(c *train.Config) { c.Kind = "onecycle" },
		"--lr-schedule onecycle --optimizer adam": func(c *train.Config) {
			c.Kind, c.Optimizer, c.LearningRate, c.Min, c.PctStart = "onecycle", "adam", 0.001, 0.00004, 0.3
		},
		"--lr-schedule onecycle --optimizer momentum --momentum 0.8": func(c *train.Config) {
			c.Kind, c.Optimizer, c.Momentum, c.LearningRate, c.Min, c.PctStart = "onecycle", "momentum", 0.8, 0.1, 0.004, 0.3
		},
	} {
		expected := train.Preset("default")
		want(&expected)
		if diff := cmp.Diff(expected, mustResolve(t, line).Train); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", line, diff)
		}
	}
}

func TestOrigins(t *testing.T) {
	v := mustResolve(t, "--optimizer momentum --preset notebook --data x", "MNISTGPU_SEED=3")
	want := map[string]string{
		"preset": "--preset", "data": "--data", "seed": "MNISTGPU_SEED", "lr": "usual for optimizer momentum",
		"momentum": "usual for optimizer momentum", "hidden": "preset notebook", "keep": "default", "classes": "default",
	}
	for _, e := range v.Used() {
		if w, ok := want[e.Row.Name]; ok && e.Origin != w {
			t.Errorf("%s comes from %q, want %q", e.Row.Name, e.Origin, w)
		}
		delete(want, e.Row.Name)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}

func TestBrief(t *testing.T) {
	for x, want := range map[float64]string{0.5 * (1 - 0.9): "0.05", 1.0 / 3: "0.333333333333", math.MaxFloat64: "1.79769313486e+308", 0: "0"} {
		if got := brief(x); got != want {
			t.Errorf("brief(%v) = %s, want %s", x, got, want)
		}
	}
}
