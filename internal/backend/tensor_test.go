package backend_test

import (
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

func TestDType(t *testing.T) {
	for _, test := range []struct {
		dt   backend.DType
		size int
		name string
	}{
		{backend.Uint8, 1, "uint8"},
		{backend.Int32, 4, "int32"},
		{backend.Float32, 4, "float32"},
		{backend.Float64, 8, "float64"},
	} {
		if test.dt.Size() != test.size || test.dt.String() != test.name {
			t.Errorf("%v has %d bytes, want %s with %d", test.dt, test.dt.Size(), test.name, test.size)
		}
	}
	var none backend.DType
	if none.String() != "none" {
		t.Errorf("the zero DType is %q, want none", none)
	}
	wantPanic(t, "size of an unknown DType", func() { none.Size() })
}

func TestTensor(t *testing.T) {
	x := backend.Tensor{Buffer: "x", DType: backend.Float32, Rows: 64, Cols: 784}
	if rows, cols := x.Shape(); rows != 64 || cols != 784 {
		t.Errorf("shape is %d, %d", rows, cols)
	}
	if x.Len() != 64*784 || x.Bytes() != 4*64*784 {
		t.Errorf("%d elements in %d bytes", x.Len(), x.Bytes())
	}
	if x.String() != "64x784 float32" {
		t.Errorf("String is %q", x.String())
	}
	if x.IsZero() || !(backend.Tensor{}).IsZero() {
		t.Error("IsZero takes one for the other")
	}
}

func TestRows(t *testing.T) {
	rows := backend.Rows{Data: backend.Tensor{Rows: 9, Cols: 5}, Offset: 10, Count: 100, Scale: 0.5}
	part := rows.Chunk(20, 30)
	if n, cols := part.Shape(); n != 30 || cols != 5 || part.Offset != 30 || part.Scale != 0.5 {
		t.Errorf("chunk is %dx%d from %d, want 30x5 from 30", n, cols, part.Offset)
	}
	if rows.Offset != 10 || rows.Count != 100 {
		t.Error("Chunk changed the rows it was taken from")
	}
}

func TestTypedCopies(t *testing.T) {
	b := new(backendtest.Reference)
	copies(t, b, backend.Uint8, []uint8{0, 1, 255})
	copies(t, b, backend.Int32, []int32{math.MinInt32, 0, math.MaxInt32})
	copies(t, b, backend.Float32, []float32{-1.5, 0, math.MaxFloat32})
	copies(t, b, backend.Float64, []float64{-1.5, 0, 1. / 3})
}

func copies[T backend.Element](t *testing.T, b backend.Backend, dt backend.DType, values []T) {
	t.Helper()
	x, err := backend.New(b, 1, len(values), values)
	if err != nil {
		t.Fatal(err)
	}
	if x.DType != dt || x.Rows != 1 || x.Cols != len(values) {
		t.Errorf("New made %v, want 1x%d %v", x, len(values), dt)
	}
	if got, err := backend.Download[T](b, x); err != nil || !slices.Equal(got, values) {
		t.Errorf("%v came back as %v (%v)", values, got, err)
	}
}

func TestTypedCopiesPanic(t *testing.T) {
	b := new(backendtest.Reference)
	x, err := b.Alloc(backend.Float32, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	const wrongType, wrongLength = "a slice of another type", "a slice of another length"
	wantPanic(t, wrongType, func() { _ = backend.Upload(b, x, make([]int32, 6)) })
	wantPanic(t, wrongType, func() { _ = backend.Upload(b, x, make([]float64, 3)) })
	wantPanic(t, wrongType, func() { _, _ = backend.Download[uint8](b, x) })
	wantPanic(t, wrongLength, func() { _ = backend.Upload(b, x, make([]float32, 5)) })
	wantPanic(t, wrongLength, func() { _ = backend.Upload(b, x, make([]float32, 7)) })
	wantPanic(t, wrongLength, func() { _, _ = backend.New(b, 2, 3, make([]float32, 5)) })
}
