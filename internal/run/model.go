package run

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
)

// WriteModel writes the model of the run, and returns the SHA-256 of its file. The error is
// of the kind fault.CannotWrite.
func (d *Dir) WriteModel(m *model.Model) (sum string, err error) {
	content, err := m.Encode()
	if err != nil {
		return "", err
	}
	return sumOf(content), d.Write(ModelFile, content)
}

// CheckModel returns an error if m, read from path, is not the model that the run left there,
// by the SHA-256 in the run's summary, or if the summary cannot be read. A model outside a
// run's folder, or of a run whose summary has no such sum, is not checked.
func CheckModel(path string, m *model.Model) error {
	if filepath.Base(path) != ModelFile {
		return nil
	}
	summary, err := ReadSummary(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) || err == nil && summary.ModelSHA256 == "" {
		return nil
	}
	if err != nil {
		return err
	}
	content, err := m.Encode() // what was read, byte for byte
	if err != nil {
		return err
	}
	if sum := sumOf(content); sum != summary.ModelSHA256 {
		return fault.Inf(path, "is not the model that the run left: its SHA-256 is %.12s..., and %s has %.12s...",
			sum, SummaryFile, summary.ModelSHA256)
	}
	return nil
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
