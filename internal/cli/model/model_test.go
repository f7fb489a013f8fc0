package model

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/ui"
)

// execute runs a command in the process, with its arguments, and returns what it printed.
func execute(newCommand func(*ui.IO) *cobra.Command, stdin []byte, args ...string) (stdout, stderr string, err error) {
	var out, notes bytes.Buffer
	o := &ui.IO{Stdin: bytes.NewReader(stdin), Stdout: &out, Stderr: &notes, Getenv: func(string) string { return "" }}
	cmd := newCommand(o)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(context.Background())
	return out.String(), notes.String(), err
}

// classes is so large that label * classes + predicted does not fit into a byte.
const classes = 17

// width is the width of the images, which have a height of 1. A model with a pixel for
// each class would have only square weights, which import cannot tell from their
// transposes.
const width = classes + 1

// brightest writes a model whose answer is the brightest of the first pixels, and returns
// its path.
func brightest(t *testing.T) string {
	t.Helper()
	weight := make([]float32, width*classes)
	for k := range classes {
		weight[k*classes+k] = 10
	}
	m := &model.Model{Height: 1, Width: width, PixelScale: 1.0 / 255, Tensors: []model.Tensor{
		{Name: "layers.0.weight", Shape: []int{width, classes}, Values: weight},
		{Name: "layers.0.bias", Shape: []int{classes}, Values: make([]float32, classes)},
	}}
	content, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(t.TempDir(), "model.safetensors"), content)
}

// lit returns the pixels of an image whose brightest one is k.
func lit(k int) []byte {
	pixels := make([]byte, width)
	pixels[k] = 255
	return pixels
}

// litPNG returns a picture of the same image.
func litPNG(t *testing.T, k int) []byte {
	t.Helper()
	var content bytes.Buffer
	if err := png.Encode(&content, &image.Gray{Pix: lit(k), Stride: width, Rect: image.Rect(0, 0, width, 1)}); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}

// dataOfModel writes a data set whose test images show each class once, except that the
// image of the last class shows the first, and returns its folder.
func dataOfModel(t *testing.T) string {
	t.Helper()
	var pixels, labels []byte
	for k := range classes {
		pixels, labels = append(pixels, lit(k%(classes-1))...), append(labels, byte(k))
	}
	dir := t.TempDir()
	for _, prefix := range []string{"train", "t10k"} {
		var i, l bytes.Buffer
		if err := mnist.WriteImages(&i, mnist.Images{Height: 1, Width: width, Pixels: pixels}); err != nil {
			t.Fatal(err)
		}
		if err := mnist.WriteLabels(&l, labels); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, prefix+"-images-idx3-ubyte"), i.Bytes())
		write(t, filepath.Join(dir, prefix+"-labels-idx1-ubyte"), l.Bytes())
	}
	return dir
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
