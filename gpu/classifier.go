//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// fusedRows is the largest batch for which Auto fuses the classifier. The kernel reads
// all weights of the layer once per row, and its gradient is computed by few blocks, so
// it pays off only for batches whose products are too small to keep cuBLAS busy.
const fusedRows = 512

// ClassifierSGD is two launches if there are at most kernels.MaxClasses classes and, with
// the engine Auto, at most fusedRows rows. Otherwise it is the verbs that it replaces.
func (r *recorder) ClassifierSGD(c backend.Classifier, t backend.Tally, labels backend.Rows, scale float32, sgd backend.SGD) {
	rows, in, classes := c.X.Rows, c.X.Cols, c.Logits.Cols
	if classes > kernels.MaxClasses || rows > fusedRows && r.b.options.Engine == Auto {
		c.Verbs(r, t, labels, scale, sgd)
		return
	}
	r.settled(labels.Order)
	r.op = "ClassifierSGD"
	loss, hits, finished := r.counts(rows)
	r.launch(classifier, driver.Dim{X: rows}, driver.Dim{X: kernels.ClassifierThreads}, 4*(2*rows*in+in*classes+rows*classes),
		r.table(t.Loss, t.Step).Arg(), r.table(t.Hits, t.Step).Arg(), address(c.DX).Arg(), address(c.DLogits).Arg(),
		loss.Arg(), hits.Arg(), finished.Arg(), address(t.Step).Arg(),
		address(c.X).Arg(), address(c.W).Arg(), address(c.B).Arg(),
		address(labels.Data).Arg(), address(labels.Order).Arg(), address(labels.Cursor).Arg(),
		driver.Int(r.offset(labels)), driver.Int(in), driver.Int(classes), driver.Float(scale), driver.Bool(c.Act == backend.ReLU))
	u := classifierUpdate{c, sgd, r.table(sgd.LearningRate, sgd.Step)}
	r.updateClassifier(u, 0, 0)
	r.last, r.lastAt = u, len(r.calls)
}

// classifierUpdate is what a launch of classifier_sgd needs.
type classifierUpdate struct {
	backend.Classifier
	sgd   backend.SGD
	rates driver.Ptr // table of sgd's learning rates
}

// updateClassifier records the launch of classifier_sgd. The launch also updates below,
// the bias of the layer below, and scales, unless they are 0.
func (r *recorder) updateClassifier(u classifierUpdate, below, scales driver.Ptr) {
	rows, in, classes := u.X.Rows, u.X.Cols, u.Logits.Cols
	grid, bytes := blocks(in, kernels.ClassifierSlab)+1, 4*(rows*in+rows*classes+2*in*classes)
	if below != 0 {
		grid, bytes = grid+blocks(in, kernels.ClassifierSlab), bytes+4*rows*in
	}
	op := r.op
	r.op = "ClassifierSGD"
	r.launch(classifierSGD, driver.Dim{X: grid}, driver.Dim{X: kernels.ClassifierSlab, Y: kernels.ClassifierLanes}, bytes,
		address(u.W).Arg(), address(u.B).Arg(), below.Arg(), scales.Arg(),
		address(u.X).Arg(), address(u.DLogits).Arg(), address(u.DX).Arg(), u.rates.Arg(), address(u.sgd.Step).Arg(),
		driver.Float(u.sgd.L2), driver.Int(rows), driver.Int(in), driver.Int(classes))
	r.op = op
}

// joins reports whether the update of b by the column sums of dy can be part of the
// classifier's update: no call was recorded in between, dy is the gradient that the
// classifier computed, the learning rate is the same, and the classifier's blocks
// neither read nor write b. If there are many rows, they are better summed in slabs.
func (r *recorder) joins(b, dy backend.Tensor, sgd backend.SGD) bool {
	u := r.last
	return r.lastAt == len(r.calls) && dy == u.DX && dy.Rows <= slabRows &&
		sgd.Step == u.sgd.Step && r.table(sgd.LearningRate, sgd.Step) == u.rates &&
		b.Buffer != u.W.Buffer && b.Buffer != u.B.Buffer && b.Buffer != u.X.Buffer && b.Buffer != u.DLogits.Buffer
}
