//go:build !amd64

package kernel

func fmaLoops() map[string]*FMALoop { return nil }
