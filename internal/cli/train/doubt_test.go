package train

import (
	"bytes"
	"testing"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

func TestDoubt(t *testing.T) {
	const equal = "mnistgpu: WARNING: all training images are equal: there is nothing to learn from them\n"
	scaled := train.Preset("default")
	scaled.PixelScale = 1.0 / 16
	for _, test := range []struct {
		name           string
		images, labels []byte // images of 1x2
		config         train.Config
		want           string
	}{
		{"usual", []byte{0, 0, 255, 0}, []byte{0, 1}, train.Preset("default"), ""},
		{"rather dim", []byte{0, 0, 64, 0}, []byte{0, 1}, train.Preset("default"), ""},
		{"dim", []byte{0, 0, 16, 63}, []byte{0, 1}, train.Preset("default"),
			"mnistgpu: WARNING: the largest pixel is 63, and --pixel-scale 0.003922 makes it 0.2471\nhint: --pixel-scale 0.01587 makes it 1\n"},
		{"scaled", []byte{0, 0, 16, 0}, []byte{0, 1}, scaled, ""},
		{"rather bright", []byte{0, 0, 64, 0}, []byte{0, 1}, scaled, ""},
		{"bright", []byte{0, 0, 20, 65}, []byte{0, 1}, scaled,
			"mnistgpu: WARNING: the largest pixel is 65, and --pixel-scale 0.0625 makes it 4.062\nhint: --pixel-scale 0.01538 makes it 1\n"},
		{"dim, though scaled", []byte{0, 0, 3, 0}, []byte{0, 1}, scaled,
			"mnistgpu: WARNING: the largest pixel is 3, and --pixel-scale 0.0625 makes it 0.1875\nhint: --pixel-scale 0.3333 makes it 1\n"},
		{"raw on purpose", []byte{0, 0, 255, 0}, []byte{0, 1}, train.Preset("notebook"), ""},
		{"equal", []byte{7, 255, 7, 255, 7, 255}, []byte{0, 1, 1}, train.Preset("default"), equal},
		{"the last one differs", []byte{7, 255, 7, 255, 7, 254}, []byte{0, 1, 1}, train.Preset("default"), ""},
		{"black", make([]byte, 6), []byte{0, 1, 1}, train.Preset("default"), equal},
		{"one class", []byte{0, 255, 255, 0}, []byte{3, 3}, train.Preset("default"),
			"mnistgpu: WARNING: all training images are of class 3: there is nothing to learn\n"},
		{"two classes", []byte{0, 255, 255, 0}, []byte{3, 4}, train.Preset("default"), ""},
	} {
		var stderr bytes.Buffer
		data := &mnist.Dataset{Height: 1, Width: 2, Train: mnist.Split{Images: test.images, Labels: test.labels}}
		doubt(&ui.IO{Stderr: &stderr, Quiet: true}, data, test.config)
		if got := stderr.String(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
