//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/kernels"
)

// A kernel is an index of kernelNames.
type kernel int

// The kernels, in order of their names.
const (
	adamStep kernel = iota
	advance
	biasActivation
	biasGradient
	biasSGDStep
	classifier
	classifierSGD
	crossEntropy
	gatherHalves
	gatherRows
	linearBackwardInputMask
	momentumStep
	sgdStep
	splitKernel
	splitScale
	twoLayerSGD
)

var kernelNames = [...]string{
	adamStep:                "adam_step",
	advance:                 "advance",
	biasActivation:          "bias_activation",
	biasGradient:            "bias_gradient",
	biasSGDStep:             "bias_sgd_step",
	classifier:              "classifier",
	classifierSGD:           "classifier_sgd",
	crossEntropy:            "cross_entropy",
	gatherHalves:            "gather_halves",
	gatherRows:              "gather_rows",
	linearBackwardInputMask: "linear_backward_input_mask",
	momentumStep:            "momentum_step",
	sgdStep:                 "sgd_step",
	splitKernel:             "split",
	splitScale:              "split_scale",
	twoLayerSGD:             "two_layer_sgd",
}

// kernelImages returns the images that the kernels can be loaded from on a device, the
// fastest to load first.
func kernelImages(device driver.Info) []string {
	if device.ComputeMajor == 9 && device.ComputeMinor == 0 {
		return []string{kernels.SM90, kernels.PTX}
	}
	return []string{kernels.PTX}
}

// load looks up every kernel, so that nothing is loaded while recording.
func (b *Backend) load() error {
	module, err := b.device.LoadModule(kernelImages(b.device.Info())...)
	if err != nil {
		return err
	}
	for k, name := range kernelNames {
		if b.kernels[k], err = module.Function(name); err != nil {
			return err
		}
	}
	b.version, err = driver.Versions()
	return err
}
