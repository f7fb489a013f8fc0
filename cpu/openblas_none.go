//go:build !openblas || !cgo

package cpu

// openBLAS is nil: this build has no OpenBLAS.
var openBLAS func() multiplier
