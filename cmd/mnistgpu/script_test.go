package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/gpu"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mnistgpu": main})
}

// TestScripts runs the command as a user would. No script reaches the network:
// downloads go through a proxy that does not exist.
func TestScripts(t *testing.T) {
	simulated := simulator(t)
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
		Condition: func(name string) (bool, error) { return condition(name, simulated) },
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"digits":   digits,
			"pngs":     pngs,
			"poke":     poke,
			"cut":      cut,
			"bomb":     bomb,
			"tmpfs":    tmpfs,
			"readonly": readonly,
			"exits":    exits,
			"number":   number,
			"close":    closeTo,
			"fault":    fault,
			"hang":     hang,
			"flip":     flip,
			"agrees":   agrees,
			"alike":    alike,
			"sums":     sums,
			"same":     same,
			"photos":   photos,
			"knows":    knows,
			"pictures": pictures,
			"offline":  offline,
			"repeats":  repeats,
			"follow":   follow,
			"take":     take,
			"serve":    serveCommand,
			"ask":      ask,
			"end":      end,
		},
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
