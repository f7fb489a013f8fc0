//go:build cuda && linux

package main

import (
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/gpu/sim"
)

// simulator returns the library of the simulated device, or "" where it cannot
// be built.
func simulator(t *testing.T) string {
	if _, err := exec.LookPath("g++"); err != nil {
		return ""
	}
	return sim.Build(t)
}

// fault CALL CODE lets that call of the simulated device fail in the commands
// that follow, counted from 1 over all of them.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	call, err := strconv.Atoi(args[0])
	ts.Check(err)
	code, err := strconv.Atoi(args[1])
	ts.Check(err)
	control := ts.MkAbs("control-" + args[0] + "-" + args[1])
	device, unmap, err := sim.Create(control)
	ts.Check(err)
	ts.Defer(unmap)
	device.Fail(sim.Fault{Call: call, Code: code, Always: true})
	ts.Setenv("MNISTGPU_SIM", control)
}
