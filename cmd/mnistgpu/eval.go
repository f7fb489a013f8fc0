package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/train"
)

const evalHelp = `Score a trained model on the test images.

The model is a run folder that train left, or a model.safetensors. It is scored on
the data that the run was trained on, unless --data names others; a file alone is
scored on MNIST, if that is available. With the backend and precision that the
model was trained with, the loss and the accuracy match the history to the last
digit.

--predictions writes the model's answer for each image: the label, the predicted
class and the probability of each class, as .csv or, for NumPy, as .npz with the
arrays labels (N), predicted (N) and probabilities (N, classes).

Exit codes:
` + exitCodes

const evalExamples = `  mnistgpu eval runs/mnist-001
  mnistgpu eval runs/mnist-001 --predictions test.csv --json
  mnistgpu eval model.safetensors --data my-digits --backend cpu`

// evalSettings holds the argument and the flags of eval.
type evalSettings struct {
	model       string   // a run folder or a file
	where       settings // only its data and backend
	predictions string
	json        bool
}

// newEval returns the eval command.
func newEval() *cobra.Command {
	s := evalSettings{where: modelSettings()}
	cmd := &cobra.Command{
		Use:     "eval RUN|model.safetensors",
		Short:   "Score a trained model on the test images",
		Long:    evalHelp,
		Example: evalExamples,
		Args:    oneArgument("a run folder or a model.safetensors"),
	}
	f := cmd.Flags()
	f.SortFlags = false
	s.where.registerDataAndBackend(f)
	f.StringVar(&s.predictions, "predictions", "", "new `file`, .csv or .npz, for the probabilities of every image")
	f.BoolVar(&s.json, "json", false, "print one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model = args[0]
		if err := cmp.Or(s.where.check(f), checkPredictions(s.predictions)); err != nil {
			return usageError(cmd, err)
		}
		return s.run(cmd.Context())
	}
	return cmd
}

// registerDataAndBackend defines the flags that say on what a trained model is scored.
func (s *settings) registerDataAndBackend(f *pflag.FlagSet) {
	f.StringVar(&s.data, "data", "", "auto, mnist, synthetic or a `folder` of IDX files (default that of the run)")
	s.registerBackend(f, "auto")
}

// run scores the model and prints the result.
func (s *evalSettings) run(ctx context.Context) (err error) {
	m, err := s.open()
	if err != nil {
		return err
	}
	if s.predictions != "" {
		if err := refuseExisting(s.predictions, otherFile); err != nil {
			return err
		}
	}
	read := readTestAhead(ctx, &s.where, m, s.model)
	b, err := openBackend(&s.where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := read()
	if err != nil {
		return err
	}
	names, err := modelClasses(s.model, m)
	if err != nil {
		return err
	}
	scored, err := score(b, m, data, names)
	if err != nil {
		return err
	}
	if s.predictions != "" {
		if err := scored.savePredictions(s.predictions, data.Test.Labels); err != nil {
			return err
		}
	}
	return scored.print(os.Stdout, s.json)
}

// open reads the model and, unless --data was given, finds out which data it belongs
// to.
func (s *evalSettings) open() (*model.Model, error) {
	if s.where.data == "" {
		var err error
		if s.where.data, err = dataOf(s.model); err != nil {
			return nil, err
		}
	}
	return openModel(s.model)
}

// readTestAhead is readAhead for the data that s names, whose images must have the size
// that m takes. path names the model in errors.
func readTestAhead(ctx context.Context, s *settings, m *model.Model, path string) func() (*mnist.Dataset, error) {
	s.classes = classList{count: m.Classes()}
	read := readAhead(ctx, s)
	return func() (*mnist.Dataset, error) {
		data, err := read()
		if err != nil {
			return nil, err
		}
		if data.Height != m.Height || data.Width != m.Width {
			err := fmt.Errorf("%s takes images of %dx%d, and those of %s are %dx%d",
				path, m.Height, m.Width, data.Name, data.Height, data.Width)
			return nil, &failure{code: exitData, err: err}
		}
		return data, nil
	}
}

// score runs the model on the test images. The names are those of its classes.
func score(b backend.Backend, m *model.Model, data *mnist.Dataset, names []string) (*scored, error) {
	evaluation, err := finiteEvaluation(b, m, data)
	if err != nil {
		return nil, err
	}
	return newScored(b, names, data, evaluation), nil
}

// finiteEvaluation evaluates the model on the test images, or returns an error if their
// loss is not finite.
func finiteEvaluation(b backend.Backend, m *model.Model, data *mnist.Dataset) (*train.Evaluation, error) {
	evaluation, err := train.Evaluate(b, m, data.Test)
	if err != nil {
		return nil, err
	}
	if l := evaluation.Loss; math.IsNaN(l) || math.IsInf(l, 0) {
		return nil, &failure{code: exitDiverged, err: fmt.Errorf("the model's loss on %s is not finite", data.Name)}
	}
	return evaluation, nil
}

// checkPredictions checks the name of the file for the predictions, if any.
func checkPredictions(path string) error {
	if ext := filepath.Ext(path); path != "" && !slices.Contains([]string{".csv", ".npz"}, strings.ToLower(ext)) {
		return fmt.Errorf("--predictions %q: want a name that ends in .csv or .npz", path)
	}
	return nil
}
