//go:build !cuda || !linux

package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// simulator returns "": a program without CUDA has no use for a device.
func simulator(*testing.T) string { return "" }

func simulate(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("there is no simulated device: guard this with [simulator]")
}
