// Package oserror strips from an error of the os package what the caller's message
// says already.
package oserror

import (
	"errors"
	"io/fs"
	"os"
)

// Cause returns what is wrong, without the operation and the paths that an
// [*fs.PathError] or an [*os.LinkError] in err names. Any other error is
// returned as it is.
func Cause(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
