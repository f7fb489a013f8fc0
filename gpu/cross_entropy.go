//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

func (r *recorder) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	r.settled(labels.Order)
	r.op = "CrossEntropy"
	grid := blocks(logits.Rows, kernels.CrossEntropyRows)
	loss, hits, finished := r.counts(grid)
	r.launch(crossEntropy, driver.Dim{X: grid}, driver.Dim{X: kernels.CrossEntropyThreads}, 4*(logits.Len()+dlogits.Len()),
		r.table(t.Loss, t.Step).Arg(), r.table(t.Hits, t.Step).Arg(), address(dlogits).Arg(),
		loss.Arg(), hits.Arg(), finished.Arg(), address(t.Step).Arg(), address(logits).Arg(),
		address(labels.Data).Arg(), address(labels.Order).Arg(), address(labels.Cursor).Arg(),
		driver.Int(r.offset(labels)), driver.Int(logits.Rows), driver.Int(logits.Cols), driver.Float(scale))
}

// counts returns where blocks store their losses and hits, and where they count how
// many have finished.
func (r *recorder) counts(blocks int) (loss, hits, finished driver.Ptr) {
	return r.reserve(blockLoss, 8*blocks), r.reserve(blockHits, 4*blocks), r.reserve(blocksFinished, 4)
}
