package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/model/exchange"
)

const importHelp = `Turn a safetensors or npz file of another program into a model.

The file holds NAME.weight and NAME.bias for each linear layer, with ReLU between
the layers. Weights have the shape (Out, In), as in torch.nn.Linear, or (In, Out).
Layers are ordered by their names: 0, 2, 4 or fc1, fc2, fc10. Numbers are float32,
or float64, which are rounded.

A file that export wrote describes the model completely. For other files, import
assumes square images whose bytes are divided by 255, unless --size and
--pixel-scale say otherwise. If its classes are not digits, put their names into a
classes.txt beside the model, one per line: predict, eval and serve show them.

Exit codes:
` + exitCodes

const importExamples = `  mnistgpu import digits.npz --out model.safetensors
  mnistgpu import torch.safetensors --size 28x28 --pixel-scale 1 --out model.safetensors`

// modelImportSettings holds the flags of import.
type modelImportSettings struct {
	out        string
	size       imageSize
	pixelScale float64
}

// newImport returns the import command.
func newImport() *cobra.Command {
	s := new(modelImportSettings)
	cmd := &cobra.Command{
		Use:     "import FILE --out model.safetensors",
		Short:   "Take a model from PyTorch or NumPy",
		Long:    importHelp,
		Example: importExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("want a safetensors or npz file"))
			}
			return noArguments(cmd, args[1:])
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.out, "out", "", "new `file` for the model")
	f.Var(&s.size, "size", "size of the images, such as 28x28, if the file does not say")
	f.Float64Var(&s.pixelScale, "pixel-scale", 0, "what a pixel of 0 to 255 is multiplied by, if the file does not say")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if s.out == "" {
			return usageError(cmd, errors.New("--out is missing: want a new file for the model"))
		}
		if f.Changed("pixel-scale") && (!(s.pixelScale > 0) || math.IsInf(s.pixelScale, 0)) {
			return usageError(cmd, fmt.Errorf("--pixel-scale %v: want a positive number", s.pixelScale))
		}
		return s.run(args[0])
	}
	return cmd
}

// run reads the file, writes the model and says what it is.
func (s *modelImportSettings) run(path string) error {
	content, err := readBounded(path, exchange.MaxBytes)
	if err != nil {
		return &failure{code: exitData, err: fmt.Errorf("%s: %w", path, faults.Cause(err))}
	}
	m, assumed, err := exchange.Decode(content, exchange.Hints{
		Height: s.size.height, Width: s.size.width, PixelScale: s.pixelScale,
	})
	if err != nil {
		return importFault(path, err)
	}
	if content, err = m.Encode(); err != nil {
		return err
	}
	if err := writeNew(s.out, content); err != nil {
		return err
	}
	if assumed.Size {
		fmt.Fprintf(os.Stderr, "assuming square images of %dx%d; --size overrides this\n", m.Height, m.Width)
	}
	if assumed.PixelScale {
		fmt.Fprintln(os.Stderr, "assuming that pixels are divided by 255; --pixel-scale overrides this")
	}
	_, err = fmt.Printf("%s: %s, images of %dx%d, pixels times %.6g\ntry it: mnistgpu eval %s\n",
		s.out, layout(m), m.Height, m.Width, m.PixelScale, s.out)
	return err
}

// importFault wraps an error about the file at path, with a hint if its name has an
// extension that import does not take.
func importFault(path string, err error) error {
	f := &failure{code: exitData, err: faults.In(path, err)}
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".safetensors" && ext != ".npz" {
		f.hint = "import takes .safetensors and .npz"
	}
	return f
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("has %d bytes: want at most %d", info.Size(), limit)
	}
	return os.ReadFile(path)
}
