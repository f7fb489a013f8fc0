//go:build !amd64

package products

func fmaLoops() []fmaLoop { return nil }
