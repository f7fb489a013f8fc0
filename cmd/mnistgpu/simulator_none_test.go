//go:build !cuda || !linux

package main

import "testing"

// simulator returns "": a program without CUDA has no use for a device.
func simulator(*testing.T) string { return "" }
