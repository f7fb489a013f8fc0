package main

import (
	"fmt"
	"math/rand/v2"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
)

// sameProduct compares a product of small whole numbers, which are exact in
// every precision, with the CPU's.
func sameProduct(b backend.Backend) error {
	got, err := product(b)
	if err != nil {
		return err
	}
	host, err := cpu.Open(cpu.Options{})
	if err != nil {
		return err
	}
	defer host.Close()
	want, err := product(host)
	if err != nil {
		return err
	}
	for i := range want {
		if got[i] != want[i] {
			return fmt.Errorf("element %d of a matrix product is %v, and %v on the CPU", i, got[i], want[i])
		}
	}
	return nil
}

// product computes a small matrix product of whole numbers on b.
func product(b backend.Backend) ([]float32, error) {
	const rows, in, out = 33, 65, 17
	draw := rand.New(rand.NewPCG(1, 0))
	digits := func(rows, cols int) (backend.Tensor, error) {
		values := make([]float32, rows*cols)
		for i := range values {
			values[i] = float32(draw.IntN(17) - 8)
		}
		return backend.New(b, rows, cols, values)
	}
	x, err := digits(rows, in)
	if err != nil {
		return nil, err
	}
	w, err := digits(in, out)
	if err != nil {
		return nil, err
	}
	bias, err := digits(1, out)
	if err != nil {
		return nil, err
	}
	y, err := b.Alloc(backend.Float32, rows, out)
	if err != nil {
		return nil, err
	}
	g, err := b.Capture(func(ops backend.Ops) { ops.LinearForward(y, x, w, bias, backend.ReLU) })
	if err != nil {
		return nil, err
	}
	if err := g.Replay(); err != nil {
		return nil, err
	}
	return backend.Download[float32](b, y)
}
