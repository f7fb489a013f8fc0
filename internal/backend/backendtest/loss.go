package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"mnistgpu/internal/backend"
)

// logits is one kind of logits. The label of a row affects its logits.
type logits struct {
	name string
	row  func(r *rand.Rand, z []float64, label int)
}

// logitKinds lists ordinary logits, and logits that expose a softmax that overflows, a
// loss computed from a probability that is 0 in float32, and a hit for an index other
// than the first of equal logits.
var logitKinds = []logits{
	{"normal", func(r *rand.Rand, z []float64, _ int) { copy(z, normal(r, len(z))) }},
	{"up to 1e4", func(r *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = float64(float32(2e4*r.Float64() - 1e4))
		}
	}},
	{"around 1e4", func(r *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = float64(float32(1e4 + r.NormFloat64()))
		}
	}},
	{"saturated", func(r *rand.Rand, z []float64, label int) {
		copy(z, normal(r, len(z)))
		z[(label+r.IntN(2))%len(z)] = 1e4
	}},
	{"two equal", func(r *rand.Rand, z []float64, label int) {
		copy(z, normal(r, len(z)))
		z[label], z[r.IntN(len(z))] = 8, 8
	}},
	{"all equal", func(_ *rand.Rand, z []float64, _ int) { clear(z) }},
	{"NaN", func(r *rand.Rand, z []float64, _ int) {
		copy(z, normal(r, len(z)))
		z[r.IntN(len(z))] = math.NaN()
	}},
}

func crossEntropyTrials() (list []trial) {
	for _, kind := range logitKinds {
		for _, shape := range [][2]int{{1, 1}, {1, 10}, {31, 3}, {128, 10}, {33, 127}, {3, 1000}} {
			rows, classes := shape[0], shape[1]
			name := fmt.Sprintf("%s, %d rows, %d classes", kind.name, rows, classes)
			list = append(list,
				trial{name + ", gradient", crossEntropy(kind, rows, classes, true)},
				trial{name + ", no gradient", crossEntropy(kind, rows, classes, false)})
		}
		list = append(list, trial{kind.name + ", each row alone", rowByRow(kind)})
	}
	return list
}

// crossEntropy tallies twice, in the middle row of a table that is not empty.
func crossEntropy(kind logits, rows, classes int, gradient bool) experiment {
	return func(s *stage) {
		labels, label := s.labels(rows, classes)
		z, bounds := s.logits(kind, label, classes)
		const replays = 2
		tally := s.tally(replays, bounds, kind.hits(replays*rows))
		scale := 1 / float32(rows)
		var dlogits backend.Tensor
		if gradient {
			dlogits = s.result("dlogits", near(16*u*float64(scale)), rows, classes)
		}
		g := s.capture(func(ops backend.Ops) { ops.CrossEntropy(tally, dlogits, z, labels, scale) })
		s.replay(g, replays)
	}
}

// tally makes a tally of three rows, none empty, that counts in the middle one. Each time
// that it counts, the loss may be off by the sum of bounds.
func (s *stage) tally(times float64, bounds []float64, hits rule) backend.Tally {
	total := 0.0
	for _, bound := range bounds {
		total += times * bound
	}
	return backend.Tally{
		Loss: s.output("loss", within([]float64{0, total, 0}), backend.Float64, 3, 1, []float64{3, 1, 2}),
		Hits: s.output("hits", hits, backend.Int32, 3, 1, []float64{4, 6, 5}),
		Step: s.input(backend.Int32, 1, 1, []float64{1}),
	}
}

// rowByRow gives each row its own tensor and its own place in the tally, so that no
// error can hide in a sum.
func rowByRow(kind logits) experiment {
	return func(s *stage) {
		const rows, classes = 40, 10
		labels, label := s.labels(rows, classes)
		var z [rows]backend.Tensor
		var limits [rows]float64
		for i := range z {
			t, bounds := s.logits(kind, label[i:i+1], classes)
			z[i], limits[i] = t, bounds[0]
		}
		tally := backend.Tally{
			Loss: s.output("loss", within(limits[:]), backend.Float64, rows, 1, make([]float64, rows)),
			Hits: s.output("hits", kind.hits(1), backend.Int32, rows, 1, make([]float64, rows)),
			Step: s.counter("step", 0),
		}
		var none backend.Tensor
		s.run(func(ops backend.Ops) {
			for i := range z {
				ops.CrossEntropy(tally, none, z[i], labels.Chunk(i, 1), 1)
				ops.Advance(tally.Step, none, 0)
			}
		})
	}
}

// labels makes the labels of a batch and also returns their values.
func (s *stage) labels(count, classes int) (backend.Rows, []int) {
	number := fill(func(r *rand.Rand) float64 { return float64(r.IntN(min(classes, 256))) })
	rows := s.rows(number, count, 1, 1)
	return rows, s.labelsOf(rows)
}

// labelsOf returns the labels that r stands for.
func (s *stage) labelsOf(r backend.Rows) (labels []int) {
	for _, v := range s.gathered(r) {
		labels = append(labels, int(v))
	}
	return labels
}

// gathered returns the elements of the matrix that r stands for.
func (s *stage) gathered(r backend.Rows) []float64 {
	data, order, cursor := s.download(r.Data), s.download(r.Order), s.download(r.Cursor)
	values := make([]float64, r.Count*r.Data.Cols)
	if s.err != nil {
		return values
	}
	for i := range values {
		row := int(order[int(cursor[0])+r.Offset+i/r.Data.Cols])
		values[i] = float64(r.Scale) * data[row*r.Data.Cols+i%r.Data.Cols]
	}
	return values
}

// logits makes a row of logits for each label, and returns their lossBounds.
func (s *stage) logits(kind logits, label []int, classes int) (backend.Tensor, []float64) {
	values := make([]float64, len(label)*classes)
	for i, y := range label {
		kind.row(s.rand, values[i*classes:][:classes], y)
	}
	return s.input(backend.Float32, len(label), classes, values), lossBounds(values, label)
}

// lossBounds returns the bound 8u·(1 + zmax - zlabel + ln K) on the error of the loss of
// each row of logits.
func lossBounds(logits []float64, label []int) (bounds []float64) {
	classes := len(logits) / len(label)
	for i, y := range label {
		z := logits[i*classes:][:classes]
		bounds = append(bounds, 8*u*(1+slices.Max(z)-z[y]+math.Log(float64(classes))))
	}
	return bounds
}

// hits is the rule for hits. With a NaN there is no largest logit, so any number up to
// most may be counted.
func (kind logits) hits(most int) rule {
	if kind.name == "NaN" {
		return near(float64(most))
	}
	return exact
}

func repeat(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }
