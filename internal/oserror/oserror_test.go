package oserror_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"mnistgpu/internal/oserror"
)

func TestCauseNamesNoPath(t *testing.T) {
	file := &fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist}
	link := &os.LinkError{Op: "rename", Old: "a", New: "b", Err: fs.ErrExist}
	other := errors.New("is empty")
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"a file", file, fs.ErrNotExist},
		{"two files", link, fs.ErrExist},
		{"a file, wrapped", fmt.Errorf("cannot be read: %w", file), fs.ErrNotExist},
		{"two files, wrapped", fmt.Errorf("cannot be moved: %w", link), fs.ErrExist},
		{"a file, joined", errors.Join(other, file), fs.ErrNotExist},
		{"another", other, other},
		{"none", nil, nil},
	} {
		if got := oserror.Cause(test.err); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
