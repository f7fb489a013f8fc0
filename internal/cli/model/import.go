package model

import (
	"math"
	"slices"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model/exchange"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const importHelp = `Turn a safetensors or npz file of another program into a model.

The file holds NAME.weight and NAME.bias for each linear layer, with ReLU between
the layers. Weights have the shape (Out, In), as in torch.nn.Linear, or (In, Out).
Layers are ordered by their names: 0, 2, 4 or fc1, fc2, fc10. Numbers are float32,
or float64, which are rounded.

A file that export wrote describes the model completely. For other files, import
assumes square images and a pixel scale of 1/255, unless --size and --pixel-scale
are given. If the classes are not digits, put their names into a classes.txt beside
the model, one per line: predict, eval and serve show them.`

const importExamples = `  mnistgpu import digits.npz --out model.safetensors
  mnistgpu import torch.safetensors --size 28x28 --pixel-scale 1 --out model.safetensors`

// importOptions holds the argument and the flags of import.
type importOptions struct {
	file       string
	out        string
	size       settings.Size
	pixelScale float64
}

// NewImport returns the import command.
func NewImport(o *ui.IO) *cobra.Command {
	var s importOptions
	cmd := &cobra.Command{
		Use:     "import FILE --out model.safetensors",
		Short:   "Take a model from PyTorch or NumPy",
		Long:    importHelp,
		Example: importExamples,
		Args:    shared.Arguments(1, 1, "a safetensors or npz file"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "FILE", "new file for the model")
	settings.Var(f, settings.ImageSize(&s.size), "size", "HEIGHTxWIDTH", "size of the images, such as 28x28, if the file does not have it")
	settings.Var(f, settings.Number(&s.pixelScale), "pixel-scale", "FACTOR", "factor on each pixel value 0-255, if the file does not have it")
	f.Lookup("pixel-scale").DefValue = "1/255"
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s.file = args[0]
		if s.out == "" {
			return fault.Usage("import needs --out FILE, a new file for the model")
		}
		if f.Changed("pixel-scale") && (!(s.pixelScale > 0) || math.IsInf(s.pixelScale, 0)) {
			return fault.Usage("--pixel-scale must be greater than 0 (got %v)", s.pixelScale)
		}
		return s.run(o)
	}
	return cmd
}

// run reads the file, writes the model and prints what it is.
func (s *importOptions) run(o *ui.IO) error {
	content, err := fault.Read(s.file, exchange.MaxBytes)
	if err != nil {
		return err
	}
	m, assumed, err := exchange.Decode(content, exchange.Hints{
		Height: s.size.Height, Width: s.size.Width, PixelScale: s.pixelScale,
	})
	if err != nil {
		return s.cannotDecode(err)
	}
	if content, err = m.Encode(); err != nil {
		return err
	}
	if err := shared.WriteNew(s.out, content); err != nil {
		return err
	}
	if assumed.Size {
		o.Notef("assuming square images of %dx%d; --size overrides this", m.Height, m.Width)
	}
	if assumed.PixelScale {
		o.Notef("assuming that pixels are divided by 255; --pixel-scale overrides this")
	}
	o.Printf("%s: %s, images of %dx%d, pixels times %.6g\ntry it: mnistgpu eval %s\n",
		s.out, shared.Layout(m), m.Height, m.Width, m.PixelScale, s.out)
	return nil
}

// cannotDecode returns the error of a file that is not a network, with a hint if its name
// has an extension that import does not take.
func (s *importOptions) cannotDecode(err error) error {
	e := fault.In(s.file, err)
	if !slices.Contains([]string{".safetensors", ".npz"}, extension(s.file)) {
		return e.WithHint("import takes .safetensors and .npz")
	}
	return e
}
