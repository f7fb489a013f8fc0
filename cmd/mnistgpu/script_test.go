package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/gpu"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mnistgpu": main})
}

// verbs are the commands of the scripts that testscript does not have itself.
var verbs = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	// exits CODE COMMAND... runs a command, which must end with that exit code.
	"exits": exits,
	// run-shown FILE TEXT DIR runs the command that follows a text in a file or in
	// stdout, with --run-dir DIR.
	"run-shown": runShown,

	// digits DIR [TRAIN TEST] writes a data set of drawn digits: 600 and 200 images
	// unless given.
	"digits": digits,
	// photos DATA DIR N writes the first N test images of a data set as pictures of
	// 140x140, dark on light and off centre, into DIR/INDEX-LABEL.png.
	"photos": photos,
	// pictures DATA DIR N [INVERTED [SIDE]] writes N training images of each class of a data
	// set as DIR/train/CLASS/INDEX.png, and the first N of all as DIR/asked/INDEX-LABEL.png.
	// If INVERTED is true, they are dark on light; if SIDE is given, their ink is cropped
	// and scaled to that many pixels.
	"pictures": pictures,
	// overwrite FILE OFFSET HEX overwrites bytes of a file.
	"overwrite": overwrite,
	// truncate FILE N leaves the first N bytes of a file.
	"truncate": truncate,
	// tmpfs DIR SIZE mounts a file system, if [mount], until the script ends.
	"tmpfs": tmpfs,

	// json-number FILE KEY LOW HIGH checks that a number in a JSON object lies between
	// two others.
	"json-number": jsonNumber,
	// json-env FILE KEY VARIABLE sets an environment variable to the text of a value in
	// a JSON object.
	"json-env": jsonEnv,
	// csv-close FILE FILE COLUMN LIMIT checks that a column of numbers is the same in two
	// CSV files, within a relative difference.
	"csv-close": csvClose,
	// same-results RUN RUN checks that two runs have the same model and history, apart
	// from the times.
	"same-results": sameResults,
	// made-photos DATA DIR N takes photos of N images of each kind of phototest.
	"made-photos": madePhotos,
	// mostly-right FILE N LEAST checks that predict --json has answers for N of photos'
	// or made-photos' pictures, and that at least the fraction LEAST of these is right.
	"mostly-right": mostlyRight,
	// self-contained PAGE N checks that a page loads nothing from elsewhere, and has at
	// least N pictures of more than one colour.
	"self-contained": selfContained,

	// simulate fault CALL CODE | hang CALL | flip PRODUCT gives the commands that follow
	// a new simulated device, if [simulator]. From that call on, every call fails with
	// the code, or nothing is finished; or from that product on, a bit of each result is
	// flipped.
	"simulate": simulate,
}

// TestScripts runs the command as a user would. No script reaches the network:
// downloads go through a proxy that does not exist.
func TestScripts(t *testing.T) {
	simulated := simulator(t)
	// Programs inherit a signal that is ignored, as below nohup, but not one that is handled.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
			env.Setenv("NO_PROXY", "")
			env.Setenv("MNISTGPU_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("MNISTGPU_DATA", "")
			env.Setenv("MNIST", os.Getenv("MNISTGPU_DATA"))
			env.Setenv("SIMULATOR", simulated)
			env.Setenv("MNISTGPU_LIBCUDA", filepath.Join(env.WorkDir, "no-driver"))
			return nil
		},
		Condition:           func(name string) (bool, error) { return condition(name, simulated) },
		Cmds:                verbs,
		RequireExplicitExec: true,
	})
}

// condition reports whether a condition of a script holds: [mnist], real MNIST is
// there; [long], tests may take minutes; [mount], file systems can be mounted;
// [python:MODULE], python3 has a module; [cuda], the program has CUDA; [simulator],
// there is a simulated device for it.
func condition(name, simulated string) (bool, error) {
	if module, ok := strings.CutPrefix(name, "python:"); ok {
		return exec.Command("python3", "-c", "import "+module).Run() == nil, nil
	}
	switch name {
	case "cuda":
		_, err := gpu.Devices()
		return !errors.Is(err, gpu.ErrNoCUDA), nil
	case "simulator":
		return simulated != "", nil
	case "mnist":
		return os.Getenv("MNISTGPU_DATA") != "", nil
	case "long":
		return os.Getenv("MNISTGPU_LONG") != "", nil
	case "mount":
		return canMount(), nil
	}
	return false, fmt.Errorf("unknown condition %s", name)
}
