package model

import (
	"errors"
	"io"
	"io/fs"

	"mnistgpu/internal/fault"
)

// Read reads the model in a file. The error is of the kind fault.BadData.
func Read(path string) (*Model, error) {
	m, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.In(path, err).
			WithHint("give a model.safetensors or the folder of a run that has ended; mnistgpu runs lists the runs")
	}
	if err != nil {
		return nil, fault.In(path, err)
	}
	return m, nil
}

// read checks the header of a file, and that its size is right, before it reads the whole
// of it into memory, so that a huge file, be it named by mistake, does no harm.
func read(path string) (*Model, error) {
	f, size, err := fault.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, min(size, lengthSize+maxHeader))
	if _, err := io.ReadFull(f, start); err != nil {
		return nil, err
	}
	if err := check(start, size); err != nil {
		return nil, err
	}
	content := make([]byte, size)
	if _, err := f.ReadAt(content, 0); err != nil {
		return nil, err
	}
	return Decode(content)
}
