package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/exchange"
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

The output is a program: mnistgpu export RUN --out m.onnx > use_m.py

Exit codes:
` + exitCodes

const exportExamples = `  mnistgpu export runs/mnist-001 --out digits.onnx
  mnistgpu export runs/mnist-001 --format pytorch-safetensors --out torch.safetensors
  mnistgpu export model.safetensors --out digits.npz`

// exportSettings holds the argument and the flags of export.
type exportSettings struct {
	model  string // a run folder or a file
	format exportFormat
	out    string
}

// newExport returns the export command.
func newExport() *cobra.Command {
	s := new(exportSettings)
	cmd := &cobra.Command{
		Use:     "export RUN|model.safetensors --out FILE",
		Short:   "Write a model for ONNX, NumPy or PyTorch",
		Long:    exportHelp,
		Example: exportExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("want a run folder or a model.safetensors"))
			}
			return noArguments(cmd, args[1:])
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.out, "out", "", "new `file` for the model")
	f.Var(&s.format, "format", "`format`: onnx, safetensors, npz or pytorch-safetensors (default by the name of --out)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model = args[0]
		if err := s.resolve(); err != nil {
			return usageError(cmd, err)
		}
		return s.run()
	}
	return cmd
}

// resolve determines the format.
func (s *exportSettings) resolve() error {
	if s.out == "" {
		return errors.New("--out is missing: want a new file for the model")
	}
	byName := exportFormat(strings.TrimPrefix(strings.ToLower(filepath.Ext(s.out)), "."))
	s.format = cmp.Or(s.format, byName)
	if !slices.Contains(exchange.Formats(), exchange.Format(s.format)) {
		return fmt.Errorf("--out %q: want a name that ends in .onnx, .npz or .safetensors, or a --format", s.out)
	}
	return nil
}

// run writes the file and prints how to use it.
func (s *exportSettings) run() error {
	m, err := openModel(s.model)
	if err != nil {
		return err
	}
	content, err := exchange.Encode(m, exchange.Format(s.format))
	if err != nil {
		return &failure{code: exitData, err: fmt.Errorf("%s: %w", s.model, err)}
	}
	if err := writeNew(s.out, content); err != nil {
		return err
	}
	_, err = fmt.Printf("# %s: %s, %s bytes\n%s", filepath.Base(s.out), layout(m), thousands(len(content)),
		exchange.Python(m, exchange.Format(s.format), s.out))
	return err
}

// layout returns the widths of a network, such as 784-400-10.
func layout(m *model.Model) string {
	widths := []int{m.Tensors[0].Shape[0]}
	for i := 1; i < len(m.Tensors); i += 2 {
		widths = append(widths, len(m.Tensors[i].Values))
	}
	return join(widths, "-")
}

// exportFormat is a flag's format, or empty.
type exportFormat exchange.Format

func (f *exportFormat) String() string { return string(*f) }

func (f *exportFormat) Set(s string) error {
	if !slices.Contains(exchange.Formats(), exchange.Format(s)) {
		return errors.New("not a format")
	}
	*f = exportFormat(s)
	return nil
}

func (f *exportFormat) Type() string { return "onnx, safetensors, npz or pytorch-safetensors" }
