package kernels

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/kernels/ptx"
)

// A trial launches kernels and compares what they leave with float64 loops.
type trial struct {
	name string
	run  func(s *stage)
}

// machine is how trials are run.
type machine struct {
	module   *ptx.Module
	variant  ptx.Variant
	schedule ptx.Schedule
	limits   map[string]int // instructions of a launch, by trial
	traffic  bool           // is counted
	kernels  map[string]*ptx.Kernel
}

// stage is the device of one trial. After an error it does nothing more.
type stage struct {
	*machine
	device ptx.Device
	rand   *rand.Rand
	err    error
}

// try runs a trial. The same trial always has the same data.
func (m *machine) try(t trial) (*stage, error) {
	s := &stage{machine: m, rand: rand.New(rand.NewPCG(1, uint64(len(t.name))))}
	s.device.Schedule, s.device.Limit, s.device.CountTraffic = m.schedule, m.limits[t.name], m.traffic
	t.run(s)
	if s.err != nil {
		return s, fmt.Errorf("%s: %w", t.name, s.err)
	}
	return s, nil
}

func (s *stage) failf(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// launch runs a kernel.
func (s *stage) launch(name string, g ptx.Grid, args ...any) {
	if s.err != nil {
		return
	}
	k := s.kernels[name]
	if k == nil {
		if k, s.err = s.module.Kernel(name, s.variant); s.err != nil {
			return
		}
		s.kernels[name] = k
	}
	s.err = s.device.Launch(k, g, args...)
}

func line(blocks, threads int) ptx.Grid {
	return ptx.Grid{Blocks: ptx.Dim{X: blocks}, Threads: ptx.Dim{X: threads}}
}

// element is the type of a buffer's elements.
type element interface {
	float32 | float64 | int32 | uint16 | uint8
}

// buffer makes a buffer that kernels may change. The values are rounded to T.
func buffer[T element](s *stage, name string, values []float64) *ptx.Buffer {
	data, err := binary.Append(nil, binary.LittleEndian, converted[T](values))
	if err != nil {
		panic(err)
	}
	b := s.device.Alloc(name, len(data), binary.Size(T(0)))
	b.Write(data)
	return b
}

// readOnly makes a buffer that kernels only read.
func readOnly[T element](s *stage, name string, values []float64) *ptx.Buffer {
	b := buffer[T](s, name, values)
	b.Freeze()
	return b
}

func converted[T element](values []float64) []T {
	list := make([]T, len(values))
	for i, v := range values {
		list[i] = T(v)
	}
	return list
}

// unset makes a buffer of n elements that a kernel has to set.
func unset[T element](s *stage, name string, n int) *ptx.Buffer {
	size := binary.Size(T(0))
	return s.device.Alloc(name, n*size, size)
}

// values returns the elements of a buffer, all of which have to be set.
func values[T element](s *stage, b *ptx.Buffer) []float64 {
	if at := b.Unset(); at >= 0 {
		s.failf("byte %d of %v is not set in the end", at, b)
	}
	list := make([]T, len(b.Bytes())/binary.Size(T(0)))
	if _, err := binary.Decode(b.Bytes(), binary.LittleEndian, list); err != nil {
		panic(err)
	}
	all := make([]float64, len(list))
	for i, v := range list {
		all[i] = float64(v)
	}
	return all
}

// u is the unit roundoff of float32.
const u = 0x1p-24

// check compares a buffer with what it has to hold. Element i may be off by limit(i). A
// NaN has to be one in both.
func check[T element](s *stage, b *ptx.Buffer, want []float64, limit func(i int) float64) {
	if s.err != nil {
		return
	}
	got := values[T](s, b)
	if len(got) != len(want) {
		s.failf("%v has %d elements, must have %d", b, len(got), len(want))
		return
	}
	for i := range got {
		g, w := got[i], want[i]
		if math.IsNaN(g) && math.IsNaN(w) || g == w {
			continue
		}
		if e := math.Abs(g - w); !(e <= limit(i)) || math.IsInf(w, 0) {
			s.failf("element %d of %v is %v, must be %v: off by %.3g, limit %.3g", i, b, g, w, e, limit(i))
		}
	}
}

func exactly(int) float64 { return 0 }

func within(limit float64) func(int) float64 { return func(int) float64 { return limit } }

// roundings limits an error to that of n roundings of numbers up to size[i]. A subnormal
// result may lose its last bit at each.
func roundings(n int, size []float64) func(int) float64 {
	return func(i int) float64 { return float64(n) * (u*size[i] + 0x1p-149) }
}

// summing is the limit of a float32 sum of n terms, whose absolute values add up to
// size: the worst case is n-1 roundings, and 2√n + 2 a generous multiple of what
// independent ones give. It is the limit of the tests of all backends.
func summing(n int, size []float64) func(int) float64 {
	terms := min(float64(n), 2*math.Sqrt(float64(n))+2)
	return func(i int) float64 { return terms * (u*size[i] + 0x1p-149) }
}

// A generator makes one number.
type generator func(r *rand.Rand) float64

// numbers makes n numbers that float32 holds exactly.
func (s *stage) numbers(g generator, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(float32(g(s.rand)))
	}
	return list
}

func normal(r *rand.Rand) float64 { return r.NormFloat64() }

// whole numbers have exact sums and products.
func whole(r *rand.Rand) float64 { return float64(r.IntN(17) - 8) }

// special numbers are those that a formula may treat in another way.
func special(r *rand.Rand) float64 {
	list := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 0x1p-149, -0x1.8p-130, 0x1p-126, 1, -2, 1e18}
	return list[r.IntN(len(list))]
}

// order makes the numbers of n rows out of `of`, and a cursor and offset at which they
// begin.
func (s *stage) order(n, of int) (rows []int, order, cursor *ptx.Buffer, offset int) {
	start := s.rand.IntN(3)
	offset = s.rand.IntN(3)
	list := s.numbers(func(r *rand.Rand) float64 { return float64(r.IntN(of)) }, start+offset+n)
	for _, v := range list[start+offset:] {
		rows = append(rows, int(v))
	}
	return rows, readOnly[int32](s, "order", list), buffer[int32](s, "cursor", []float64{float64(start)}), offset
}

// step is a counter that is 1, with tables of three rows beside it.
func (s *stage) step() *ptx.Buffer { return readOnly[int32](s, "step", []float64{1}) }

func (s *stage) rates(rate float64) *ptx.Buffer {
	return readOnly[float32](s, "lr", []float64{4, rate, 2})
}
