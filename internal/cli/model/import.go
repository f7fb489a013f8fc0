package model

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model/exchange"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const importHelp = `Turn a safetensors, npz or ONNX file of another program into a model.

The network consists of linear layers with ReLU between them. Batch normalization, and
what an ONNX file does with its input, are folded into the layers.

In safetensors and npz files, weights and biases have the names that PyTorch, Keras,
Flax and scikit-learn use: NAME.weight and NAME.bias, kernel, coefs_, or none at all,
from numpy.savez(*model.get_weights()). Weights are (Out, In), as in torch.nn.Linear, or
(In, Out). Layers come in the order of the numbers in their names: 0, 2, 4 or fc1, fc2,
fc10. Where names have no numbers, shapes decide; --layers gives the order if several
would fit.

A file that export wrote describes the model completely. For other files, import assumes
square images whose pixels were divided by 255. Say so if the pixels were prepared in
another way, since a network that sees other numbers than it was trained on answers
wrongly: --mean 0.1307 --std 0.3081 is what PyTorch's MNIST example does. If the classes
are not digits, put their names into a classes.txt beside the model, one per line.`

const importExamples = `  mnistgpu import digits.npz --out model.safetensors
  mnistgpu import torch.safetensors --mean 0.1307 --std 0.3081 --out model.safetensors
  mnistgpu import model.onnx --out model.safetensors
  mnistgpu import keras.npz --pixels 0..255 --size 28x28 --out model.safetensors`

// importOptions holds the argument and the flags of import.
type importOptions struct {
	file       string
	out        string
	size       settings.Size
	pixelScale float64
	pixels     string
	mean, std  float64
	inverted   bool
	layers     []string
	norm       string
	epsilon    float64
}

// NewImport returns the import command.
func NewImport(o *ui.IO) *cobra.Command {
	s := importOptions{std: 1, norm: "before-relu"}
	cmd := &cobra.Command{
		Use:     "import FILE --out model.safetensors",
		Short:   "Take a model from PyTorch, Keras, Flax, scikit-learn or NumPy",
		Long:    importHelp,
		Example: importExamples,
		Args:    shared.Arguments(1, 1, "a safetensors, npz or ONNX file"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "FILE", "new file for the model")
	settings.Var(f, settings.ImageSize(&s.size), "size", "HEIGHTxWIDTH", "size of the images, such as 28x28, if the file does not have it")
	settings.Var(f, settings.Number(&s.pixelScale), "pixel-scale", "FACTOR", "factor on each pixel value 0-255, if the file does not have it")
	f.Lookup("pixel-scale").DefValue = "1/255"
	settings.Var(f, settings.Text(&s.pixels), "pixels", "LOW..HIGH", "range of the pixels that the network was trained on: 0..1, -1..1, 0..255")
	settings.Var(f, settings.Number(&s.mean), "mean", "NUMBER", "what was subtracted from each pixel, after the scale")
	settings.Var(f, settings.Number(&s.std), "std", "NUMBER", "what each pixel was divided by, after the mean")
	settings.Var(f, settings.Switch(&s.inverted), "inverted", "bool", "the network was trained on dark digits on a light background")
	settings.Var(f, settings.Texts(&s.layers), "layers", "NAME,NAME", "the linear layers in their order")
	settings.Var(f, settings.Word(&s.norm, "before-relu", "after-relu"), "batch-norm", "PLACE", "where batch normalization is, if names do not tell")
	settings.Var(f, settings.Number(&s.epsilon), "epsilon", "NUMBER", "what batch normalization adds to the variance")
	f.Lookup("epsilon").DefValue = "1e-5, of Keras 1e-3"
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s.file = args[0]
		hints, err := s.check(f)
		if err != nil {
			return err
		}
		return s.run(o, hints)
	}
	return cmd
}

// check checks the flags and returns what they say about the file.
func (s *importOptions) check(f *pflag.FlagSet) (h exchange.Hints, err error) {
	if s.out == "" {
		return h, fault.Usage("import needs --out FILE, a new file for the model")
	}
	for _, flag := range []struct {
		name  string
		value float64
	}{{"pixel-scale", s.pixelScale}, {"std", s.std}, {"epsilon", s.epsilon}} {
		if f.Changed(flag.name) && (!(flag.value > 0) || math.IsInf(flag.value, 0)) {
			return h, fault.Usage("--%s must be greater than 0 (got %v)", flag.name, flag.value)
		}
	}
	if math.IsNaN(s.mean) || math.IsInf(s.mean, 0) {
		return h, fault.Usage("--mean must be a finite number (got %v)", s.mean)
	}
	h = exchange.Hints{
		Height: s.size.Height, Width: s.size.Width,
		Layers: s.layers, NormAfterReLU: s.norm == "after-relu", Epsilon: s.epsilon,
	}
	if slices.ContainsFunc([]string{"pixel-scale", "pixels", "mean", "std", "inverted"}, f.Changed) {
		h.Pixels, err = s.prepared(f)
	}
	return h, err
}

// prepared returns what the flags say about pixels.
func (s *importOptions) prepared(f *pflag.FlagSet) (*exchange.Pixels, error) {
	p := exchange.Plain()
	p.Mean, p.Deviation, p.Inverted = s.mean, s.std, s.inverted
	switch {
	case f.Changed("pixels") && f.Changed("pixel-scale"):
		return nil, fault.Usage("--pixels and --pixel-scale say the same: give one of them")
	case f.Changed("pixel-scale"):
		p.Scale = s.pixelScale
	case f.Changed("pixels"):
		low, high, found := strings.Cut(s.pixels, "..")
		from, errLow := strconv.ParseFloat(low, 64)
		to, errHigh := strconv.ParseFloat(high, 64)
		if !found || errLow != nil || errHigh != nil || !(to > from) || math.IsInf(to-from, 0) {
			return nil, fault.Usage("--pixels must be LOW..HIGH, such as -1..1 (got %s)", s.pixels)
		}
		p.Low, p.Scale = from, (to-from)/255
	}
	return &p, nil
}

// run reads the file, writes the model and prints what it is.
func (s *importOptions) run(o *ui.IO, hints exchange.Hints) error {
	content, err := fault.Read(s.file, exchange.MaxBytes)
	if err != nil {
		return err
	}
	hints.Beside = s.beside
	m, err := exchange.Decode(content, hints)
	if err != nil {
		return s.cannotDecode(err)
	}
	if content, err = m.Encode(); err != nil {
		return err
	}
	if err := shared.WriteNew(s.out, content); err != nil {
		return err
	}
	tellAssumed(o, m)
	o.Printf("%s: %s, images of %dx%d, pixels times %.6g\n", s.out, shared.Layout(m.Model), m.Height, m.Width, m.PixelScale)
	if len(m.Layers) > 1 {
		o.Printf("layers in this order: %s\n", strings.Join(m.Layers, ", "))
	}
	if len(m.Norms) > 0 {
		o.Printf("batch normalizations folded into them: %s\n", strings.Join(m.Norms, ", "))
	}
	o.Printf("try it: mnistgpu eval %s\n", s.out)
	return nil
}

// beside reads a file in the folder of the file that is imported, or below.
func (s *importOptions) beside(name string) ([]byte, error) {
	if !filepath.IsLocal(name) {
		return nil, fmt.Errorf("has weights outside of its folder, in %q", name)
	}
	return fault.Read(filepath.Join(filepath.Dir(s.file), name), exchange.MaxBytes)
}

// tellAssumed prints what neither the file nor a flag says.
func tellAssumed(o *ui.IO, m *exchange.Import) {
	if m.AssumedSize {
		o.Notef("assuming square images of %dx%d; --size overrides this", m.Height, m.Width)
	}
	if m.AssumedPixels {
		o.Notef("assuming that pixels are divided by 255; --pixels, --mean and --std override this")
	}
	if m.AssumedNorms {
		o.Notef("assuming that batch normalization comes before ReLU; --batch-norm overrides this")
	}
	if m.AssumedEpsilon > 0 {
		o.Notef("assuming an epsilon of %v in batch normalization; --epsilon overrides this", m.AssumedEpsilon)
	}
}

// cannotDecode returns the error of a file that is not a network, with a hint if its name
// has an extension that import does not take.
func (s *importOptions) cannotDecode(err error) error {
	e := fault.In(s.file, err)
	if errors.Is(err, exchange.ErrOrder) {
		return e.WithHint("--layers NAME,NAME,... gives the order")
	}
	if !slices.Contains([]string{".safetensors", ".npz", ".onnx"}, extension(s.file)) {
		return e.WithHint("import takes .safetensors, .npz and .onnx")
	}
	return e
}
