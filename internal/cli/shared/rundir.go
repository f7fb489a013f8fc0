package shared

import (
	"errors"
	"io/fs"
	"path/filepath"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
)

// Runs is where commands create run folders unless told otherwise.
const Runs = "runs"

// RunSettings returns the settings in the config.toml of a run.
func RunSettings(dir string) (*settings.Values, error) {
	given, err := GivenIn(dir)
	if err != nil {
		return nil, err
	}
	return ResolveRun(dir, given)
}

// GivenIn returns the settings in the config.toml of a run as the choices of a command.
func GivenIn(dir string) (settings.Given, error) {
	if Exists(dir) && !IsFolder(dir) {
		return nil, fault.Inf(dir, "is a file, not the folder of a run")
	}
	given, err := settings.FromRun(filepath.Join(dir, run.ConfigFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.In(filepath.Join(dir, run.ConfigFile), fs.ErrNotExist).
			WithHint("name a run folder that train made; mnistgpu runs lists those in runs")
	}
	return given, err
}

// ResolveRun returns the values of the settings of a run. A mistake is one in its
// config.toml.
func ResolveRun(dir string, given settings.Given) (*settings.Values, error) {
	v, err := settings.Resolve(given)
	if err != nil {
		return nil, fault.In(filepath.Join(dir, run.ConfigFile), err)
	}
	return v, nil
}

// NewRunDir makes a run's folder and writes the settings into a file there, so that a
// folder that cannot be written to is noticed before the training rather than after it.
// The folder has the given name, unless the user gave one.
func NewRunDir(v *settings.Values, b backend.Backend, data *mnist.Dataset, name, file string) (*run.Dir, error) {
	var dir *run.Dir
	var err error
	if v.RunDir == "" {
		dir, err = run.Next(Runs, name)
	} else {
		dir, err = run.Create(v.RunDir)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.Writing(v.RunDir, fs.ErrExist).WithHint("%s", takenHint(v.RunDir, file))
	}
	if err != nil {
		return nil, err
	}
	if err := WriteConfig(v, b, data, dir, file); err != nil {
		dir.Discard()
		return nil, err
	}
	return dir, nil
}

// takenHint returns the hint for a command that would write file into dir, where
// something is already.
func takenHint(dir, file string) string {
	if file == run.ConfigFile && Exists(filepath.Join(dir, run.ConfigFile)) {
		return "mnistgpu resume " + settings.ShellWord(dir) + " continues the run in it; a new run needs another --run-dir"
	}
	return "--run-dir must name a folder that does not exist yet"
}

// WriteConfig writes the settings that repeat a run into a file of its folder.
func WriteConfig(v *settings.Values, b backend.Backend, data *mnist.Dataset, dir *run.Dir, file string) error {
	found, err := Found(v, b, data)
	if err != nil {
		return err
	}
	content, err := found.TOML(func(e settings.Entry) string {
		if e.Row.Name == "backend" {
			return b.Device()
		}
		return e.Row.Help
	})
	if err != nil {
		return err
	}
	return dir.Write(file, content)
}

// Found returns the settings of a run with the backend and the data that were found, so
// that they find the same again from any working directory.
func Found(v *settings.Values, b backend.Backend, data *mnist.Dataset) (*settings.Values, error) {
	source, err := DataSetting(v, data)
	if err != nil {
		return nil, err
	}
	return v.With(b.Name(), source, v.Classes.In(data)), nil
}

// DataSetting returns a value for --data that finds the same data again, from any working
// directory.
func DataSetting(v *settings.Values, data *mnist.Dataset) (string, error) {
	if settings.BuiltIn(v.Data) {
		return data.Name, nil
	}
	return filepath.Abs(v.Data)
}

// Fingerprint returns what the result of a run with the settings depends on. The sum is
// that of the content of data.
func Fingerprint(v *settings.Values, b backend.Backend, data *mnist.Dataset, sum string) settings.Fingerprint {
	return v.Fingerprint(b.Name(), Machine(b), Version(), data, sum)
}
