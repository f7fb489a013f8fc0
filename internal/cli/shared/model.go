package shared

import (
	"cmp"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// ModelArgument is what commands that use a trained model take.
const ModelArgument = "a run folder or a model.safetensors"

// IsFolder reports whether path is a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// OpenModel reads the model at path, which is a run folder or a file. It warns if the model
// is not the one that the run left.
func OpenModel(o *ui.IO, path string) (*model.Model, error) {
	m, err := model.Read(ModelFile(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, NoModel(path)
	}
	if err != nil {
		return nil, err
	}
	if err := run.CheckModel(ModelFile(path), m); err != nil {
		o.Warnf("%v", err)
	}
	return m, nil
}

// ModelFile returns the file of the model at path, which is a run folder or a file.
func ModelFile(path string) string {
	if IsFolder(path) {
		return filepath.Join(path, run.ModelFile)
	}
	return path
}

// NoModel returns the error of a run folder or a file that should be a model, but does
// not exist.
func NoModel(path string) error {
	return fault.In(ModelFile(path), fs.ErrNotExist).WithHint("%s", noModelHint(path))
}

// noModelHint says what to do about a path without a model.
func noModelHint(path string) string {
	if IsFolder(path) && Exists(filepath.Join(path, run.ConfigFile)) {
		ended, err := Ended(path)
		switch {
		case err == nil && ended == nil:
			return ContinueHint(path)
		case err == nil && ended.Status == run.Diverged:
			return "the run diverged, and has no model"
		}
	}
	return "name a model.safetensors, or the folder of a run that has ended; mnistgpu runs lists those in runs"
}

// ContinueHint returns the hint for the folder of a run that has not ended.
func ContinueHint(dir string) string {
	return "the run has not ended: mnistgpu resume " + settings.ShellWord(dir) + " continues it, unless it is still training"
}

// Ended returns the summary of a run that ended by itself, with dir as its folder, or nil
// for any other run. A run that was interrupted has a summary too.
func Ended(dir string) (*run.Summary, error) {
	summary, err := run.ReadSummary(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || summary.Status == run.Interrupted {
		return nil, err
	}
	summary.RunDir = dir
	return summary, nil
}

// DataOf returns the --data of a run, or auto if path is not a run folder.
func DataOf(path string) (string, error) {
	if !IsFolder(path) {
		return "auto", nil
	}
	config, err := run.ReadConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "auto", nil
	}
	if err != nil {
		return "", err
	}
	return cmp.Or(config.Data, "auto"), nil
}

// ModelClasses returns the names of the classes of the model at path: those that it has,
// or else those of digits or numbers.
func ModelClasses(path string, m *model.Model) ([]string, error) {
	names, err := NamedClasses(path)
	if err != nil {
		return nil, err
	}
	if len(names) != m.Classes() {
		return mnist.DefaultNames(m.Classes()), nil
	}
	return names, nil
}

// NamedClasses returns the names in the classes.txt beside the model at path, or those of
// its data.
func NamedClasses(path string) ([]string, error) {
	dir := path
	if !IsFolder(path) {
		dir = filepath.Dir(path)
	}
	names, err := mnist.ReadNames(dir)
	if err != nil || names != nil {
		return names, err
	}
	data, err := DataOf(path)
	if err != nil {
		return nil, err
	}
	return ClassNames(data)
}

// Layout returns the widths of a network, such as 784-400-10.
func Layout(m *model.Model) string {
	widths := []int{m.Tensors[0].Shape[0]}
	for i := 1; i < len(m.Tensors); i += 2 {
		widths = append(widths, len(m.Tensors[i].Values))
	}
	return settings.Join(widths, "-")
}

// DataFlag defines the --data of a command that uses a trained model.
func DataFlag(f *pflag.FlagSet, data *string) {
	settings.Var(f, settings.Text(data), "data", "auto|mnist|synthetic|DIR|FILE", "MNIST, drawn digits, or data of your own (default that of the run)")
}

// FitImages makes images look as a model was trained to see them: those of a data set
// with a clear background have it dark, unless the model was trained on images without
// one. It returns an error unless the images have the size that the model takes. path
// names the model.
func FitImages(m *model.Model, path string, data *mnist.Dataset) error {
	if data.Height != m.Height || data.Width != m.Width {
		return fault.New(fault.BadData, "%s takes images of %dx%d, and the images of %s are %dx%d",
			path, m.Height, m.Width, data.Name, data.Height, data.Width)
	}
	switch {
	case m.Form.Background == form.Mixed:
		data.Invert(false)
	case data.Measured.Background == form.Mixed:
		data.Invert(m.Form.Background == form.Light)
	}
	return nil
}

// Evaluate returns how well a model classifies the test images, or an error if its loss
// on them is not finite.
func Evaluate(b backend.Backend, m *model.Model, data *mnist.Dataset) (*train.Evaluation, error) {
	e, err := train.Evaluate(b, m, data.Test)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		return nil, &fault.Error{
			Kind: fault.Diverged, Err: errors.New("the model's loss on " + data.Name + " is not finite"),
			Hint: "check that the model was trained on such images",
		}
	}
	return e, nil
}
