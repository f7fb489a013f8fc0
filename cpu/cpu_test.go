package cpu_test

import (
	"bytes"
	"math"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

func TestBackend(t *testing.T) {
	for _, kernels := range cpu.Kernels() {
		t.Run(kernels, func(t *testing.T) { backendtest.Run(t, opener(kernels)) })
	}
}

func opener(kernels string) func() (backend.Backend, error) {
	return func() (backend.Backend, error) { return cpu.Open(cpu.Options{Kernels: kernels}) }
}

func TestOpen(t *testing.T) {
	fastest := cpu.Kernels()[0]
	for _, test := range []struct{ option, variable, want string }{
		{"", "", fastest},
		{"auto", "", fastest},
		{"", "auto", fastest},
		{"generic", "", "generic"},
		{"", "generic", "generic"},
		{"auto", "generic", "generic"},
		{"gonum", "generic", "gonum"},
		{"gonum", "no such kernels", "gonum"},
		{"", "gonum", "gonum"},
		{"auto", "gonum", "gonum"},
		{"sparse", "", fastest},
		{"sparse", "generic", "generic"},
		{"sparse", "gonum", fastest},
	} {
		t.Setenv(cpu.KernelsVariable, test.variable)
		b, err := cpu.Open(cpu.Options{Kernels: test.option})
		if err != nil {
			t.Fatal(err)
		}
		if want := ", " + test.want; !strings.HasSuffix(b.Device(), want) {
			t.Errorf("option %q, variable %q: device is %q, want it to end in %q", test.option, test.variable, b.Device(), want)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenUnknown(t *testing.T) {
	list := ": choose from auto, sparse, " + strings.Join(cpu.Kernels(), ", ")
	t.Setenv(cpu.KernelsVariable, "avx3")
	for option, want := range map[string]string{
		"":       `MNISTGPU_CPU: this processor has no "avx3"` + list,
		"sparse": `MNISTGPU_CPU: this processor has no "avx3"` + list,
		"sse9":   `this processor has no "sse9"` + list,
	} {
		if _, err := cpu.Open(cpu.Options{Kernels: option}); err == nil || err.Error() != want {
			t.Errorf("option %q: error is %v, want %s", option, err, want)
		}
	}
}

// countingBLAS is gonum's BLAS, and counts the products.
type countingBLAS struct {
	gonum.Implementation
	products *int
}

func (c countingBLAS) Sgemm(ta, tb blas.Transpose, m, n, k int, alpha float32, x []float32, ldx int, y []float32, ldy int, beta float32, z []float32, ldz int) {
	*c.products++
	c.Implementation.Sgemm(ta, tb, m, n, k, alpha, x, ldx, y, ldy, beta, z, ldz)
}

// TestAnotherBLAS checks that a step's products go to the BLAS of the options.
func TestAnotherBLAS(t *testing.T) {
	t.Setenv(cpu.KernelsVariable, "generic")
	products := 0
	s := newSession(t, cpu.Options{Kernels: "counting", BLAS: countingBLAS{products: &products}}, make([]uint8, 4*pixels), make([]uint8, 4))
	if device := s.backend.Device(); !strings.HasSuffix(device, ", counting") {
		t.Errorf("device is %q", device)
	}
	s.network([]int{8}, 4, 0.1, rules[0])
	s.capture(4, 1, 0.1)()
	if products != 5 {
		t.Errorf("a step of two layers has %d products, want 5", products)
	}
}

// TestSameBits trains with different numbers of threads, and twice with one of
// them. The networks have panels of all kinds: pairs, a single one and parts.
func TestSameBits(t *testing.T) {
	images, labels := noise(1200)
	for _, kernels := range cpu.Kernels() {
		for _, hidden := range [][]int{{50}, {40, 7}} {
			for _, batch := range []int{128, 600} {
				for _, rule := range rules {
					train := func(threads int) []byte {
						defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
						s := newSession(t, cpu.Options{Kernels: kernels}, images, labels)
						s.network(hidden, batch, 0.1, rule)
						step := s.capture(batch, 1./255, 0.1)
						for range 3 {
							step()
						}
						return s.weights()
					}
					want := train(1)
					for _, threads := range []int{1, 2, 3} {
						if !bytes.Equal(train(threads), want) {
							t.Errorf("%s, %s, hidden %v, batch %d: other weights with %d threads",
								rule.Method, kernels, hidden, batch, threads)
						}
					}
				}
			}
		}
	}
}

// TestNoAllocation checks that steps leave no garbage to collect.
func TestNoAllocation(t *testing.T) {
	images, labels := noise(2000)
	for _, kernels := range cpu.Kernels() {
		if kernels == "gonum" {
			continue // allocates
		}
		for _, batch := range []int{128, 600} {
			for _, rule := range rules {
				s := newSession(t, cpu.Options{Kernels: kernels}, images, labels)
				s.network([]int{40, 20}, batch, 0.1, rule)
				step := s.capture(batch, 1./255, 0.1)
				if n := testing.AllocsPerRun(10, step); n != 0 {
					t.Errorf("%s, %s: a step of %d images allocates %v times", rule.Method, kernels, batch, n)
				}
			}
		}
	}
}

// TestStale changes, between two verbs, an operand that the first one derived something
// from. The numbers are whole, so that results are exact.
func TestStale(t *testing.T) {
	for _, kernels := range cpu.Kernels() {
		for name, step := range map[string]func(*operands, backend.Ops){
			"cursor": func(o *operands, ops backend.Ops) {
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.Advance(backend.Tensor{}, o.x.Cursor, 1)
				ops.LinearBackwardWeight(o.dw, o.db, o.x, o.y, false)
			},
			"gradient": func(o *operands, ops backend.Ops) {
				ops.LinearBackwardWeight(o.dw, o.db, o.x, o.y, false) // y is zero
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.LinearBackwardWeight(o.dw, o.db, o.x, o.y, true)
			},
			"other rows": func(o *operands, ops backend.Ops) {
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.LinearForward(o.y, o.x.Chunk(1, o.y.Rows), o.w, o.b, backend.Identity)
				ops.LinearBackwardWeight(o.dw, o.db, o.x, o.y, false)
			},
			"input gradient": func(o *operands, ops backend.Ops) {
				ops.LinearBackwardInput(o.dx, o.y, o.w, o.dx2, backend.Identity) // all zero
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.LinearBackwardInput(o.dx, o.y, o.w, o.dx2, backend.Identity)
				ops.LinearBackwardWeight(o.dw2, o.db2, o.dx, o.dx, false)
			},
			"weights": func(o *operands, ops backend.Ops) {
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.LinearBackwardInput(o.dx, o.y, o.w, o.dx2, backend.Identity)
				ops.LinearBackwardWeight(o.w, o.b, o.x, o.y, true)
				ops.LinearBackwardInput(o.dx, o.y, o.w, o.dx2, backend.Identity)
			},
			"other weights": func(o *operands, ops backend.Ops) {
				ops.LinearForward(o.y, o.x, o.w, o.b, backend.Identity)
				ops.LinearBackwardInput(o.dx, o.y, o.dw, o.dx2, backend.Identity) // all zero
				ops.LinearBackwardInput(o.dx, o.y, o.w, o.dx2, backend.Identity)
			},
		} {
			want, got := play(t, backendtest.OpenReference, step), play(t, opener(kernels), step)
			for i := range want {
				if got[i] != want[i] || math.IsNaN(float64(want[i])) {
					t.Fatalf("%s, %s: result %d is %v, want %v", kernels, name, i, got[i], want[i])
				}
			}
		}
	}
}

// operands holds the operands of a small layer.
type operands struct {
	x               backend.Rows
	w, b, y         backend.Tensor
	dw, db, dx, dx2 backend.Tensor
	dw2, db2        backend.Tensor
}

// play runs a step once and returns its results.
func play(t *testing.T, open func() (backend.Backend, error), step func(*operands, backend.Ops)) (results []float32) {
	const rows, in, out = 5, 20, 18
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{TB: t, backend: b}
	t.Cleanup(func() { b.Close() })
	whole := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(i*i%7 - 3)
		}
		return values
	}
	bytes := make([]uint8, 2*rows*in)
	for i := range bytes {
		bytes[i] = uint8(i * i % 5)
	}
	zero := func(rows, cols int) backend.Tensor { return upload(s, rows, cols, make([]float32, rows*cols)) }
	o := &operands{
		x: backend.Rows{
			Data: upload(s, 2*rows, in, bytes), Order: upload(s, 2*rows, 1, []int32{3, 1, 4, 0, 5, 9, 2, 6, 8, 7}),
			Cursor: upload(s, 1, 1, []int32{2}), Count: rows, Scale: 1,
		},
		w: upload(s, in, out, whole(in*out)), b: upload(s, 1, out, whole(out)), y: zero(rows, out),
		dw: zero(in, out), db: zero(1, out), dx: zero(rows, in), dx2: zero(rows, in),
		dw2: zero(in, in), db2: zero(1, in),
	}
	graph, err := b.Capture(func(ops backend.Ops) { step(o, ops) })
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Replay(); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range []backend.Tensor{o.y, o.dw, o.db, o.dx, o.dw2, o.db2} {
		values, err := backend.Download[float32](b, tensor)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, values...)
	}
	return results
}
