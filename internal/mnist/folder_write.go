package mnist

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"mnistgpu/internal/fault"
)

// WriteDir writes d as four raw IDX files, and the names of the classes as
// [NamesFile], into the new folder dir. The folder is either complete or absent: it
// is filled under another name in the same parent folder and then renamed.
func WriteDir(dir string, d *Dataset, names []string) (err error) {
	dir = filepath.Clean(dir)
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fault.Writing(dir, err)
	}
	temp, err := os.MkdirTemp(parent, ".data-*")
	if err != nil {
		return fault.Writing(dir, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temp)
		}
	}()
	if err := d.writeFiles(temp, names); err != nil {
		return fault.Writing(dir, err)
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return fault.Writing(dir, err)
	}
	if err := os.Rename(temp, dir); err != nil {
		return fault.Writing(dir, err)
	}
	return nil
}

// writeFiles writes the files of d into dir.
func (d *Dataset) writeFiles(dir string, names []string) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{trainImages.name, func(w io.Writer) error { return WriteImages(w, Images{d.Height, d.Width, d.Train.Images}) }},
		{trainLabels.name, func(w io.Writer) error { return WriteLabels(w, d.Train.Labels) }},
		{testImages.name, func(w io.Writer) error { return WriteImages(w, Images{d.Height, d.Width, d.Test.Images}) }},
		{testLabels.name, func(w io.Writer) error { return WriteLabels(w, d.Test.Labels) }},
		{NamesFile, func(w io.Writer) error {
			_, err := w.Write(EncodeNames(names))
			return err
		}},
	} {
		if err := writeFile(filepath.Join(dir, file.name), file.write); err != nil {
			return err
		}
	}
	return nil
}

// writeFile creates the file at path with what write writes, and waits for the
// disk.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
