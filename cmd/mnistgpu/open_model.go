package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
)

// openModel reads the model at path, which is a run folder or a file.
func openModel(path string) (*model.Model, error) {
	if !isFolder(path) {
		return model.Read(path)
	}
	m, err := model.Read(filepath.Join(path, run.ModelFile))
	if errors.Is(err, fs.ErrNotExist) {
		if hint := noModelHint(path); hint != "" {
			err = &failure{code: exitData, err: err, hint: hint}
		}
	}
	return m, err
}

// noModelHint says what to do about a run folder that has no model. It returns "" if
// dir is not the folder of a run, or if there is nothing to say.
func noModelHint(dir string) string {
	if _, err := os.Stat(filepath.Join(dir, run.ConfigFile)); err != nil {
		return ""
	}
	ended, err := finished(dir)
	switch {
	case err != nil:
		return ""
	case ended == nil:
		return "the run has not ended: " + goesOn(dir)
	case ended.Status == "diverged":
		return "the run diverged, and has no model"
	}
	return ""
}

// goesOn returns the hint for the folder of a run that has not ended.
func goesOn(dir string) string {
	return fmt.Sprintf("mnistgpu resume %s continues it, unless it is still training", shellWord(dir))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// dataOf returns the --data of a run, or auto if path is not a run folder.
func dataOf(path string) (string, error) {
	if !isFolder(path) {
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

// modelClasses returns the names of the classes of the model at path: those that
// it has, or else those of digits or numbers.
func modelClasses(path string, m *model.Model) ([]string, error) {
	names, err := namedClasses(path)
	if err != nil {
		return nil, err
	}
	if len(names) != m.Classes() {
		return mnist.DefaultNames(m.Classes()), nil
	}
	return names, nil
}

// namedClasses returns the names in the classes.txt beside the model at path, or
// those of its data.
func namedClasses(path string) ([]string, error) {
	dir := path
	if !isFolder(path) {
		dir = filepath.Dir(path)
	}
	names, err := mnist.ReadNames(dir)
	if err != nil || names != nil {
		return names, err
	}
	data, err := dataOf(path)
	if err != nil {
		return nil, err
	}
	return classNames(data)
}
