package cpu_test

import (
	"math/rand/v2"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

const (
	pixels  = 784
	classes = 10
)

// noise returns images as sparse as handwritten digits, and labels.
func noise(count int) (images, labels []uint8) {
	draw := rand.New(rand.NewPCG(1, 2))
	images, labels = make([]uint8, count*pixels), make([]uint8, count)
	for i := range images {
		if draw.IntN(5) == 0 {
			images[i] = uint8(1 + draw.IntN(255))
		}
	}
	for i := range labels {
		labels[i] = uint8(draw.IntN(classes))
	}
	return images, labels
}

// session is a data set on a backend, with networks that learn from it.
type session struct {
	testing.TB
	backend        backend.Backend
	images, labels backend.Tensor
	order, cursor  backend.Tensor
	count          int
	net            *nn.MLP
	rule           nn.Optimizer // without tables
}

// rules has all methods of learning.
var rules = []nn.Optimizer{
	{Method: nn.SGD},
	{Method: nn.Momentum, Momentum: 0.9},
	{Method: nn.Adam, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8},
}

func newSession(tb testing.TB, o cpu.Options, images, labels []uint8) *session {
	tb.Helper()
	b, err := cpu.Open(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	s := &session{TB: tb, backend: b, count: len(labels)}
	order := make([]int32, s.count)
	for i := range order {
		order[i] = int32(i)
	}
	s.images = upload(s, s.count, pixels, images)
	s.labels = upload(s, s.count, 1, labels)
	s.order = upload(s, s.count, 1, order)
	s.cursor = upload(s, 1, 1, []int32{0})
	return s
}

func upload[T backend.Element](s *session, rows, cols int, values []T) backend.Tensor {
	s.Helper()
	t, err := backend.New(s.backend, rows, cols, values)
	if err != nil {
		s.Fatal(err)
	}
	return t
}

// network makes the network for capture, which learns by the rule.
func (s *session) network(hidden []int, batch int, std float64, rule nn.Optimizer) {
	s.Helper()
	s.rule = rule
	widths := append(append([]int{pixels}, hidden...), classes)
	var err error
	if s.net, err = nn.New(s.backend, widths, batch, std, 1, rule.Method); err != nil {
		s.Fatal(err)
	}
}

// capture returns a function that takes a step on the next batch.
func (s *session) capture(batch int, scale float32, learningRate float64) (step func()) {
	s.Helper()
	counter := upload(s, 1, 1, []int32{0})
	rule := s.rule
	rule.LearningRate, rule.Step = upload(s, 1, 1, rule.Rates([]float64{learningRate})), counter
	tally := backend.Tally{Loss: upload(s, 1, 1, []float64{0}), Hits: upload(s, 1, 1, []int32{0}), Step: counter}
	rows := func(data backend.Tensor, scale float32) backend.Rows {
		return backend.Rows{Data: data, Order: s.order, Cursor: s.cursor, Count: batch, Scale: scale}
	}
	graph, err := s.backend.Capture(func(ops backend.Ops) {
		s.net.Step(ops, nn.Batch{Images: rows(s.images, scale), Labels: rows(s.labels, 1)}, tally, rule)
		ops.Advance(backend.Tensor{}, s.cursor, batch)
	})
	if err != nil {
		s.Fatal(err)
	}
	left, first := s.count, []int32{0}
	return func() {
		if left < batch {
			left = s.count
			if err := backend.Upload(s.backend, s.cursor, first); err != nil {
				s.Fatal(err)
			}
		}
		left -= batch
		if err := graph.Replay(); err != nil {
			s.Fatal(err)
		}
	}
}

// weights returns the bytes of all parameters.
func (s *session) weights() (all []byte) {
	s.Helper()
	for _, p := range s.net.Params() {
		values, err := backend.Download[float32](s.backend, p.Tensor)
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, backend.Bytes(values)...)
	}
	return all
}
