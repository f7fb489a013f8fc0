package backendtest

import (
	"errors"
	"fmt"
	"math"

	"mnistgpu/internal/backend"
)

var dtypes = []backend.DType{backend.Uint8, backend.Int32, backend.Float32, backend.Float64}

func checkDescription(b backend.Backend) error {
	if b.Name() == "" || b.Device() == "" {
		return errors.New("no Name or no Device")
	}
	if b.ChunkRows() <= 0 {
		return fmt.Errorf("ChunkRows is %d", b.ChunkRows())
	}
	return b.Sync()
}

// checkAlloc checks that tensors have the requested shape and type, are zeroed and do
// not overlap. Each is filled before the next is allocated.
func checkAlloc(b backend.Backend) error {
	s := &stage{b: b}
	seen := map[backend.Buffer]bool{}
	for _, shape := range [][2]int{{1, 1}, {1, 1}, {3, 31}, {3, 31}, {1000, 33}, {1, 784}} {
		for _, dt := range dtypes {
			t := s.alloc(dt, shape[0], shape[1])
			if s.err != nil {
				return s.err
			}
			if t.DType != dt || t.Rows != shape[0] || t.Cols != shape[1] {
				return fmt.Errorf("tensor is %v, want %dx%d %v", t, shape[0], shape[1], dt)
			}
			if seen[t.Buffer] {
				return errors.New("two tensors have the same Buffer")
			}
			seen[t.Buffer] = true
			if err := sameBits(s.download(t), make([]float64, t.Len())); err != nil {
				return fmt.Errorf("%v is not zeroed: %w", t, err)
			}
			s.write(t, repeat(0x5a, t.Len()))
		}
	}
	return s.err
}

// checkCopies uploads the extreme values of each type and downloads them again.
func checkCopies(b backend.Backend) error {
	edges := map[backend.DType][]float64{
		backend.Uint8: {0, 1, 127, 128, 255},
		backend.Int32: {0, 1, -1, math.MinInt32, math.MaxInt32, 1<<24 + 1},
		backend.Float32: {0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(),
			math.MaxFloat32, 0x1p-126, math.SmallestNonzeroFloat32},
		backend.Float64: {0, math.Copysign(0, -1), 1. / 3, math.Inf(1), math.Inf(-1), math.NaN(),
			math.MaxFloat64, 0x1p-1022, math.SmallestNonzeroFloat64},
	}
	s := &stage{b: b}
	for _, shape := range [][2]int{{1, 1}, {3, 31}, {127, 33}} {
		for _, dt := range dtypes {
			t := s.alloc(dt, shape[0], shape[1])
			for start := range edges[dt] { // each edge is the last element once
				values := make([]float64, shape[0]*shape[1])
				for i := range values {
					values[i] = edges[dt][(start+i)%len(edges[dt])]
				}
				s.write(t, values)
				got := s.download(t)
				if s.err != nil {
					return s.err
				}
				if err := sameBits(got, values); err != nil {
					return fmt.Errorf("%v: %w", t, err)
				}
			}
		}
	}
	return nil
}
