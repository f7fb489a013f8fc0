//go:build !linux

package cpu

import "math"

// room is how many bytes more this process can take, which is known on Linux only.
func room() float64 { return math.Inf(1) }
