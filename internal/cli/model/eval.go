// Package model has the commands that use a trained model: eval, predict, export and
// import.
package model

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const evalHelp = `Score a trained model on the test images.

The model is a run folder that train left, or a model.safetensors. It is scored on
the data that the run was trained on, unless --data names others; a file alone is
scored on MNIST, if that is available. With the backend and precision that the
model was trained with, the loss and the accuracy match the history to the last
digit.

--predictions writes the model's answer for each image: the label, the predicted
class and the probability of each class, as .csv or, for NumPy, as .npz with the
arrays labels (N), predicted (N) and probabilities (N, classes).`

const evalExamples = `  mnistgpu eval runs/mnist-001
  mnistgpu eval runs/mnist-001 --predictions test.csv --json
  mnistgpu eval model.safetensors --data my-digits --backend cpu`

// evalOptions holds the argument and the flags of eval.
type evalOptions struct {
	model       string // a run folder or a file
	data        string // "" for that of the run
	predictions string // "" for none
	json        bool
}

// NewEval returns the eval command.
func NewEval(o *ui.IO) *cobra.Command {
	var s evalOptions
	cmd := &cobra.Command{
		Use:     "eval RUN|model.safetensors",
		Short:   "Score a trained model on the test images",
		Long:    evalHelp,
		Example: evalExamples,
		Args:    shared.Arguments(1, 1, shared.ModelArgument),
	}
	f := cmd.Flags()
	shared.DataFlag(f, &s.data)
	settings.Register(f, settings.Model)
	settings.Var(f, settings.Text(&s.predictions), "predictions", "FILE", "new file, .csv or .npz, for the probabilities of every image")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model = args[0]
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		return s.run(cmd.Context(), o, v)
	}
	return cmd
}

func (s *evalOptions) check() error {
	if s.predictions != "" && !slices.Contains([]string{".csv", ".npz"}, extension(s.predictions)) {
		return fault.Usage("--predictions must end in .csv or .npz (got %q)", s.predictions)
	}
	return nil
}

// extension returns the extension of a path in small letters.
func extension(path string) string { return strings.ToLower(filepath.Ext(path)) }

// run scores the model and prints the result.
func (s *evalOptions) run(ctx context.Context, o *ui.IO, v *settings.Values) (err error) {
	m, err := s.open(o)
	if err != nil {
		return err
	}
	if s.predictions != "" {
		if err := shared.RefuseExisting(s.predictions, shared.OtherFile); err != nil {
			return err
		}
	}
	names, err := shared.ModelClasses(s.model, m)
	if err != nil {
		return err
	}
	read := shared.ReadAhead(ctx, o, s.data, settings.Classes{Count: m.Classes(), Names: names})
	b, err := shared.OpenBackend(o, v)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := read()
	if err != nil {
		return err
	}
	if err := shared.FitImages(m, s.model, data); err != nil {
		return err
	}
	e, err := shared.Evaluate(b, m, data)
	if err != nil {
		return err
	}
	r := newEvalResult(b, names, data, e)
	if s.predictions != "" {
		if err := r.savePredictions(s.predictions, data.Test.Labels); err != nil {
			return err
		}
	}
	r.print(o, s.json)
	return nil
}

// open reads the model and, unless --data was given, finds out which data it belongs
// to.
func (s *evalOptions) open(o *ui.IO) (*model.Model, error) {
	if s.data == "" {
		var err error
		if s.data, err = shared.DataOf(s.model); err != nil {
			return nil, err
		}
	}
	return shared.OpenModel(o, s.model)
}
