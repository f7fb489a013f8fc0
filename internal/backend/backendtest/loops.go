package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// loops is the Ops that computes each verb at once, in float64, exactly as its formula
// reads. It is the specification of the verbs.
type loops struct{}

// matrix is a row-major matrix of float64.
type matrix struct {
	rows, cols int
	values     []float64
}

func (m matrix) at(i, j int) float64     { return m.values[i*m.cols+j] }
func (m matrix) set(i, j int, v float64) { m.values[i*m.cols+j] = v }
func (m matrix) row(i int) []float64     { return m.values[i*m.cols:][:m.cols] }

// view returns the matrix in a tensor's memory.
func view(t backend.Tensor) matrix {
	return matrix{t.Rows, t.Cols, (*t.Buffer.(*memory))[:t.Len()]}
}

// read returns the matrix that a layer reads: the tensor's own, or a new one with the
// gathered rows.
func read(x backend.Input) matrix {
	rows, ok := x.(backend.Rows)
	if !ok {
		return view(x.(backend.Tensor))
	}
	m := matrix{rows.Count, rows.Data.Cols, make([]float64, rows.Count*rows.Data.Cols)}
	for i := range m.rows {
		for j, v := range byteRow(rows, i) {
			m.set(i, j, float64(rows.Scale)*v)
		}
	}
	return m
}

// byteRow returns Data[Order[Cursor+Offset+i]].
func byteRow(r backend.Rows, i int) []float64 {
	number := view(r.Order).at(scalar(r.Cursor)+r.Offset+i, 0)
	return view(r.Data).row(int(number))
}

// scalar returns the element of a (1, 1) Int32 tensor.
func scalar(t backend.Tensor) int { return int(view(t).at(0, 0)) }

func (loops) LinearForward(yt backend.Tensor, xt backend.Input, wt, bt backend.Tensor, act backend.Activation) {
	y, x, w, b := view(yt), read(xt), view(wt), view(bt)
	for i := range y.rows {
		for j := range y.cols {
			z := b.at(0, j)
			for k := range x.cols {
				z += x.at(i, k) * w.at(k, j)
			}
			if act == backend.ReLU {
				z = max(z, 0) // NaN stays NaN
			}
			y.set(i, j, z)
		}
	}
}

func (loops) LinearBackwardInput(dxt, dyt, wt, xt backend.Tensor, act backend.Activation) {
	dx, dy, w, x := view(dxt), view(dyt), view(wt), view(xt)
	for i := range dx.rows {
		for k := range dx.cols {
			sum := 0.0
			for j := range dy.cols {
				sum += dy.at(i, j) * w.at(k, j)
			}
			if act == backend.ReLU && !(x.at(i, k) > 0) {
				sum = 0
			}
			dx.set(i, k, sum)
		}
	}
}

func (loops) LinearBackwardWeight(dwt, dbt backend.Tensor, xt backend.Input, dyt backend.Tensor, accumulate bool) {
	dw, db, x, dy := view(dwt), view(dbt), read(xt), view(dyt)
	if !accumulate {
		clear(dw.values)
		clear(db.values)
	}
	for j := range dy.cols {
		for k := range x.cols {
			sum := dw.at(k, j)
			for i := range dy.rows {
				sum += x.at(i, k) * dy.at(i, j)
			}
			dw.set(k, j, sum)
		}
		sum := db.at(0, j)
		for i := range dy.rows {
			sum += dy.at(i, j)
		}
		db.set(0, j, sum)
	}
}

func (l loops) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	dw := newTensor(backend.Float32, w.Rows, w.Cols)
	db := newTensor(backend.Float32, b.Rows, b.Cols)
	l.LinearBackwardWeight(dw, db, x, dy, false)
	l.SGDStep(w, dw, sgd)
	sgd.L2 = 0
	l.SGDStep(b, db, sgd)
}

func (loops) SGDStep(pt, gt backend.Tensor, sgd backend.SGD) {
	p, g := view(pt).values, view(gt).values
	lr := view(sgd.LearningRate).at(scalar(sgd.Step), 0)
	for i := range p {
		p[i] -= lr * (g[i] + float64(sgd.L2)*p[i])
	}
}

func (loops) MomentumStep(pt, vt, gt backend.Tensor, momentum backend.Momentum) {
	p, v, g := view(pt).values, view(vt).values, view(gt).values
	lr := view(momentum.LearningRate).at(scalar(momentum.Step), 0)
	for i := range p {
		v[i] = float64(momentum.Momentum)*v[i] + (g[i] + float64(momentum.L2)*p[i])
		p[i] -= lr * v[i]
	}
}

func (loops) AdamStep(pt, mt, vt, gt backend.Tensor, adam backend.Adam) {
	p, m, v, g := view(pt).values, view(mt).values, view(vt).values, view(gt).values
	alpha := view(adam.LearningRate).at(scalar(adam.Step), 0)
	beta1, beta2 := float64(adam.Beta1), float64(adam.Beta2)
	for i := range p {
		d := g[i] + float64(adam.L2)*p[i]
		m[i] = beta1*m[i] + (1-beta1)*d
		v[i] = beta2*v[i] + (1-beta2)*d*d
		p[i] -= alpha * m[i] / (math.Sqrt(v[i]) + float64(adam.Epsilon))
	}
}

func (loops) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	loss, hits := view(t.Loss).values, view(t.Hits).values
	step := scalar(t.Step)
	z := view(logits)
	for i := range z.rows {
		label := int(byteRow(labels, i)[0])
		largest, p, logSum := softmax(z.row(i))
		loss[step] += logSum - (z.at(i, label) - z.at(i, largest))
		if largest == label {
			hits[step]++
		}
		if dlogits.IsZero() {
			continue
		}
		p[label]--
		for j := range p {
			view(dlogits).set(i, j, float64(scale)*p[j])
		}
	}
}

// softmax returns the index of the first largest logit, the probabilities
// p = exp(z - zmax) / Σ exp(z - zmax), and the logarithm of that sum.
func softmax(z []float64) (largest int, p []float64, logSum float64) {
	for j := range z {
		if z[j] > z[largest] {
			largest = j
		}
	}
	p = make([]float64, len(z))
	sum := 0.0
	for j := range z {
		p[j] = math.Exp(z[j] - z[largest])
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
	return largest, p, math.Log(sum)
}

func (loops) Advance(step, cursor backend.Tensor, n int) {
	if !step.IsZero() {
		view(step).values[0]++
	}
	if !cursor.IsZero() {
		view(cursor).values[0] += float64(n)
	}
}
