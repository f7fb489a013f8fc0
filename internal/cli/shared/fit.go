package shared

import (
	"mnistgpu/internal/fault"
	"mnistgpu/internal/train"
)

// CheckFor returns an error if a run cannot be made on a number of training images.
func CheckFor(c train.Config, images int) error {
	err := c.CheckFor(images)
	if err != nil && TooFew(c, images) {
		return fault.Usage("%w", err).WithHint("--batch full takes all images in each step")
	}
	return err
}

// TooFew reports whether there are fewer images to train on than a batch has.
func TooFew(c train.Config, images int) bool {
	c.Steps, c.Warmup = 1, 0 // so that only the batch can be too large
	whole := c
	whole.Batch = train.Full
	return c.CheckFor(images) != nil && whole.CheckFor(images) == nil
}
