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

func simulate(ts *testscript.TestScript, neg bool, args []string) {
	n := numbers(ts, args[1:])
	switch args[0] {
	case "fault":
		device(ts).Fail(sim.Fault{Call: n[0], Code: n[1], Always: true})
	case "hang":
		device(ts).Hang(n[0])
	case "flip":
		device(ts).Flip(sim.Flip{Product: n[0], Bit: 30, Always: true})
	default:
		ts.Fatalf("unknown: simulate %s", args[0])
	}
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
