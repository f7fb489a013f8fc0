package mnist

import "mnistgpu/internal/mnist/form"

// Measure measures what the images of d look like, by its training images, unless they
// are MNIST's.
func (d *Dataset) Measure() {
	if !d.verified {
		d.Measured = form.Measure(d.Train.Images, d.Train.Labels, d.Height, d.Width, d.Classes)
	}
}

// Invert makes the pixels of all images those that were read or, if inverted is true, 255
// minus those.
func (d *Dataset) Invert(inverted bool) {
	if d.inverted == inverted {
		return
	}
	form.Invert(d.Train.Images)
	form.Invert(d.Test.Images)
	d.inverted = inverted
}
