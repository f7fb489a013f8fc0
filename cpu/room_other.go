//go:build !linux

package cpu

import "math"

// room is how many more bytes this process can allocate, which is known on Linux only.
func room() float64 { return math.Inf(1) }
