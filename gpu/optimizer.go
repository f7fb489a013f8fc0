//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

func (r *recorder) SGDStep(p, g backend.Tensor, sgd backend.SGD) {
	r.op = "SGDStep"
	r.sgdStep(p, address(g), sgd)
}

func (r *recorder) sgdStep(p backend.Tensor, g driver.Ptr, sgd backend.SGD) {
	r.elementwise(sgdStep, p.Len(), 12*p.Len(),
		address(p).Arg(), g.Arg(), r.table(sgd.LearningRate, sgd.Step).Arg(), address(sgd.Step).Arg(),
		driver.Float(sgd.L2), driver.Int(p.Len()))
}

func (r *recorder) MomentumStep(p, v, g backend.Tensor, momentum backend.Momentum) {
	r.op = "MomentumStep"
	r.elementwise(momentumStep, p.Len(), 20*p.Len(),
		address(p).Arg(), address(v).Arg(), address(g).Arg(),
		r.table(momentum.LearningRate, momentum.Step).Arg(), address(momentum.Step).Arg(),
		driver.Float(momentum.Momentum), driver.Float(momentum.L2), driver.Int(p.Len()))
}

func (r *recorder) AdamStep(p, m, v, g backend.Tensor, adam backend.Adam) {
	r.op = "AdamStep"
	r.elementwise(adamStep, p.Len(), 28*p.Len(),
		address(p).Arg(), address(m).Arg(), address(v).Arg(), address(g).Arg(),
		r.table(adam.LearningRate, adam.Step).Arg(), address(adam.Step).Arg(),
		driver.Float(adam.Beta1), driver.Float(adam.Beta2), driver.Float(adam.Epsilon),
		driver.Float(adam.L2), driver.Int(p.Len()))
}
