package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
)

// TestOldFilesLeaveOutWhatIsUsual takes files in which an earlier version wrote every
// setting, whether it was used or not. With other flags, they are what the flags are
// without the file.
func TestOldFilesLeaveOutWhatIsUsual(t *testing.T) {
	const here = "--data synthetic --backend cpu "
	for _, test := range []struct{ file, made string }{
		{"old-sgd.toml", "--epochs 1"},
		{"old-printed.toml", ""},
		{"old-momentum.toml", "--optimizer momentum --lr-schedule onecycle --epochs 2 --hidden 4"},
		{"old-notebook.toml", "--preset notebook --hidden 4 --steps 2"},
		{"old-steps.toml", "--hidden 4 --steps 3 --val-fraction 0.1 --patience 2 --time 90s --save-every 30s --blas gonum"},
	} {
		config := "--config testdata/" + test.file + " "
		sameValues(t, test.file, mustResolve(t, config), mustResolve(t, here+test.made))
		given, err := FromRun("testdata/" + test.file)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Resolve(given)
		if err != nil {
			t.Fatal(err)
		}
		sameValues(t, test.file+" of a run", v, mustResolve(t, here+test.made))
	}
	for _, flags := range []string{
		"--optimizer momentum", "--optimizer momentum --momentum 0.5", "--optimizer momentum --lr 0.2", "--optimizer adam",
		"--lr-schedule step", "--lr-schedule exp", "--lr-schedule cosine", "--lr-schedule triangular", "--lr-schedule onecycle",
		"--lr-schedule onecycle --pct-start 0", "--optimizer momentum --lr-schedule onecycle", "--lr 0.1", "--batch full",
		"--val-fraction 0.1 --patience 3", "--hidden 8,7", "--blas gonum",
	} {
		for _, test := range []struct{ file, made string }{{"old-sgd.toml", "--epochs 1 "}, {"old-printed.toml", ""}} {
			sameValues(t, test.file+" "+flags, mustResolve(t, "--config testdata/"+test.file+" "+flags), mustResolve(t, here+test.made+flags))
		}
	}
	for _, test := range []struct{ file, flags, same string }{
		{"old-printed.toml", "--preset notebook --epochs 10", "--preset notebook --epochs 10"},
		{"old-printed.toml", "--preset notebook --optimizer momentum", "--preset notebook --optimizer momentum"},
		{"old-printed.toml", "--preset notebook", "--preset notebook"},
		{"old-sgd.toml", "--preset notebook", "--preset notebook --epochs 1"},
		{"old-sgd.toml", "--preset notebook --steps 5", "--preset notebook --steps 5"},
		{"old-notebook.toml", "--preset default", "--preset default --hidden 4 --steps 2"},
		{"old-momentum.toml", "--optimizer adam", "--optimizer adam --lr-schedule onecycle --epochs 2 --hidden 4"},
		{"old-momentum.toml", "--optimizer sgd", "--lr-schedule onecycle --epochs 2 --hidden 4"},
		{"old-momentum.toml", "--lr-schedule step", "--optimizer momentum --lr-schedule step --epochs 2 --hidden 4"},
		{"old-momentum.toml", "--lr-schedule const", "--optimizer momentum --epochs 2 --hidden 4"},
		{"old-steps.toml", "--val-fraction 0", "--hidden 4 --steps 3 --time 90s --save-every 30s --blas gonum"},
	} {
		sameValues(t, test.file+" "+test.flags, mustResolve(t, "--config testdata/"+test.file+" "+test.flags), mustResolve(t, here+test.same))
	}
}

// TestOwnFilesCount gives files that no run has written: all that they say is chosen,
// whatever the preset would say, and what they get wrong the command line may put right.
func TestOwnFilesCount(t *testing.T) {
	for _, test := range []struct{ content, flags, same string }{
		{"lr = 0.5", "--optimizer adam", "--optimizer adam --lr 0.5"},
		{"epochs = 10\nlr = 0.5\nhidden = [400]", "--preset notebook", "--preset notebook --epochs 10 --lr 0.5 --hidden 400"},
		{"preset = \"notebook\"\nsteps = 301", "--preset default", "--preset default --steps 301"},
		{"blas = \"sparse\"\nbackend = \"cuda\"", "--backend cpu", "--backend cpu --blas sparse"},
		{"backend = \"cpu\"\ndevice = 1", "--backend cuda", "--backend cuda --device 1"},
	} {
		sameValues(t, test.content+" "+test.flags, mustResolve(t, "--config "+writeFile(t, test.content)+" "+test.flags), mustResolve(t, test.same))
	}
}

// TestWrittenFilesRepeat writes the settings of a run as a file, with which --config and
// FromRun give the same run.
func TestWrittenFilesRepeat(t *testing.T) {
	for _, line := range []string{
		"", "--preset notebook", "--optimizer momentum", "--lr-schedule onecycle --lr 0.2", "--steps 5 --batch full", "--time 90s --keep 3",
		"--seed 18446744073709551615", "--data x --classes cat,dog", "--data x", "--device 1 --precision tf32", "--blas gonum --save-every 7",
		"--val-fraction 0.1 --patience 2 --min-delta 0.01 --target-accuracy 0.9 --shuffle=false",
	} {
		v := mustResolve(t, line)
		content, err := v.TOML(func(e Entry) string { return e.Row.Help })
		if err != nil {
			t.Fatal(err)
		}
		path := writeFile(t, string(content))
		sameValues(t, line, mustResolve(t, "--config "+path), v)
		given, err := FromRun(path)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Resolve(given)
		if err != nil {
			if line == "--data x" {
				continue // whose number of classes a run would have found
			}
			t.Fatal(err)
		}
		sameValues(t, line+" of a run", again, v)
	}
}

// TestChoicesOverARun resumes and lengthens a run with other flags.
func TestChoicesOverARun(t *testing.T) {
	begun, err := FromRun("testdata/old-momentum.toml")
	if err != nil {
		t.Fatal(err)
	}
	for line, same := range map[string]string{
		"--steps 5":        "--backend cpu --steps 5 --optimizer momentum --lr-schedule onecycle --hidden 4",
		"--device 1":       "--device 1 --epochs 2 --optimizer momentum --lr-schedule onecycle --hidden 4",
		"--optimizer adam": "--backend cpu --epochs 2 --optimizer adam --lr 0.05 --lr-schedule onecycle --lr-min 0.002 --hidden 4",
	} {
		v, err := Resolve(choices(line).Over(begun))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(allTexts(mustResolve(t, "--data synthetic "+same)), allTexts(v)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", line, diff)
		}
	}
}

func TestRunFilesAreBadData(t *testing.T) {
	for content, want := range map[string]string{
		"lrr = 0.1\n":   `:1: unknown setting "lrr": did you mean l2 or lr`,
		"[a]\n":         ":1: tables ([name]) are not allowed in a settings file",
		"top = 3\n":     `:1: unknown setting "top"`,
		"a.b = 3\n":     ":1: tables ([name]) are not allowed in a settings file",
		"a = {b = 1}\n": ":1: tables ([name]) are not allowed in a settings file",
	} {
		path := writeFile(t, content)
		_, err := FromRun(path)
		if !fault.Is(err, fault.BadData) || !strings.HasPrefix(err.Error(), path+want) {
			t.Errorf("%s: %v, want %s", content, err, want)
		}
	}
	if _, err := FromRun("testdata/nowhere.toml"); !fault.Is(err, fault.BadData) {
		t.Errorf("no file: %v", err)
	}
	if v := mustResolve(t, "--config "+writeFile(t, "\ufefflr = 0.25\n")); v.Train.LearningRate != 0.25 {
		t.Error("a byte order mark")
	}
}
