package model

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model/exchange"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const exportHelp = `Write a trained model for other programs, and print the Python that loads it.

  onnx                 the whole network: images of uint8 (N, height, width) go
                       in, probabilities of float32 (N, classes) come out
  safetensors          layers.0.weight (In, Out), layers.0.bias and so on, as
                       train writes them
  npz                  the same for numpy.load, with pixel_scale, height, width
  pytorch-safetensors  0.weight (Out, In), 0.bias, 2.weight and so on, for a
                       torch.nn.Sequential of Linear and ReLU

Without --format, the name of --out decides: .onnx, .npz or .safetensors, which
means safetensors.

The output is a program: mnistgpu export RUN --out m.onnx > use_m.py`

const exportExamples = `  mnistgpu export runs/mnist-001 --out digits.onnx
  mnistgpu export runs/mnist-001 --format pytorch-safetensors --out torch.safetensors
  mnistgpu export model.safetensors --out digits.npz`

// exportOptions holds the argument and the flags of export.
type exportOptions struct {
	model  string // a run folder or a file
	format string // "" to take it from out
	out    string
}

// NewExport returns the export command.
func NewExport(o *ui.IO) *cobra.Command {
	var s exportOptions
	cmd := &cobra.Command{
		Use:     "export RUN|model.safetensors --out FILE",
		Short:   "Write a model for ONNX, NumPy or PyTorch",
		Long:    exportHelp,
		Example: exportExamples,
		Args:    shared.Arguments(1, 1, shared.ModelArgument),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "FILE", "new file for the model")
	settings.Var(f, settings.Word(&s.format, formats()...), "format", "FORMAT", settings.OneOf(formats())+" (default by the name of --out)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s.model = args[0]
		if err := s.check(); err != nil {
			return err
		}
		return s.run(o)
	}
	return cmd
}

// formats lists the words that --format takes.
func formats() []string {
	var words []string
	for _, f := range exchange.Formats() {
		words = append(words, string(f))
	}
	return words
}

// check determines the format.
func (s *exportOptions) check() error {
	if s.out == "" {
		return fault.Usage("export needs --out FILE, a new file for the model")
	}
	s.format = cmp.Or(s.format, strings.TrimPrefix(extension(s.out), "."))
	if !slices.Contains(formats(), s.format) {
		return fault.Usage("--out must end in .onnx, .npz or .safetensors, unless --format is given (got %q)", s.out)
	}
	return nil
}

// run writes the file and prints how to use it.
func (s *exportOptions) run(o *ui.IO) error {
	m, err := shared.OpenModel(o, s.model)
	if err != nil {
		return err
	}
	format := exchange.Format(s.format)
	content, err := exchange.Encode(m, format)
	if err != nil {
		return fault.In(s.model, err)
	}
	if err := shared.WriteNew(s.out, content); err != nil {
		return err
	}
	o.Printf("# %s: %s, %s bytes\n%s", filepath.Base(s.out), shared.Layout(m), ui.Thousands(len(content)),
		exchange.Python(m, format, s.out))
	return nil
}
