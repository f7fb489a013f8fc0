//go:build cuda && linux

package main

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/gpu/sim"
)

// simulator returns the library of the simulated device, or "" if it cannot be built.
func simulator(t *testing.T) string {
	if _, err := exec.LookPath("g++"); err != nil {
		return ""
	}
	return sim.Build(t)
}

// fault CALL CODE makes that call to the simulated device and all later ones fail.
// Calls are counted from 1 over all the commands that follow.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	n := numbers(ts, args)
	device(ts).Fail(sim.Fault{Call: n[0], Code: n[1], Always: true})
}

// hang CALL makes the simulated device finish nothing from that call on.
func hang(ts *testscript.TestScript, neg bool, args []string) {
	device(ts).Hang(numbers(ts, args)[0])
}

// flip PRODUCT makes the simulated device flip a bit in the result of that product and
// of all later ones.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	device(ts).Flip(sim.Flip{Product: numbers(ts, args)[0], Bit: 30, Always: true})
}

// device returns a new simulated device for the commands that follow.
func device(ts *testscript.TestScript) *sim.Device {
	file, err := os.CreateTemp(ts.Getenv("WORK"), "control")
	ts.Check(err)
	ts.Check(file.Close())
	device, unmap, err := sim.Create(file.Name())
	ts.Check(err)
	ts.Defer(unmap)
	ts.Setenv("MNISTGPU_SIM", file.Name())
	return device
}

func numbers(ts *testscript.TestScript, args []string) []int {
	list := make([]int, len(args))
	for i, arg := range args {
		var err error
		list[i], err = strconv.Atoi(arg)
		ts.Check(err)
	}
	return list
}
