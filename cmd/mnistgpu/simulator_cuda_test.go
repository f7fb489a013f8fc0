//go:build cuda && linux

package main

import (
	"os/exec"
	"testing"

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
