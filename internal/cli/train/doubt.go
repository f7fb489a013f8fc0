package train

import (
	"bytes"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// far is how many times larger or smaller than 1 the largest input of a network may be
// without a warning.
const far = 4

// doubt warns before a run about data that a network can hardly learn from. The pixels of
// MNIST are read no further than to the first large one.
func doubt(o *ui.IO, data *mnist.Dataset, c train.Config) {
	images, labels := data.Train.Images, data.Train.Labels
	size := data.Height * data.Width
	if bytes.Equal(images[size:], images[:len(images)-size]) { // each is like the one before
		o.Warnf("all training images are equal: there is nothing to learn from them")
	}
	if bytes.Equal(labels[1:], labels[:len(labels)-1]) {
		o.Warnf("all training images are of class %d: there is nothing to learn", labels[0])
	}
	usual := c.PixelScale == train.Preset(c.Preset).PixelScale
	limit := 1 / (far * c.PixelScale) // below it, inputs are dim
	if !usual {
		limit = far / c.PixelScale // above it, they are bright
	}
	largest := largestPixel(images, limit)
	input := c.PixelScale * float64(largest)
	if largest > 0 && (input*far < 1 || input > far && !usual) {
		o.Warnf("the largest pixel is %d, and --pixel-scale %.4g makes it %.4g", largest, c.PixelScale, input)
		o.Hintf("--pixel-scale %.4g makes it 1", 1/float64(largest))
	}
}

// largestPixel returns the largest pixel, or the first that is above limit.
func largestPixel(pixels []byte, limit float64) byte {
	var largest byte
	for _, v := range pixels {
		if v > largest {
			if largest = v; float64(v) > limit {
				break
			}
		}
	}
	return largest
}
