package fault

import (
	"errors"
	"io"
	"os"
)

// errIrregular is the cause of the error for anything that is not a regular file, such
// as a folder, a device or a named pipe, which might block whoever opens it for ever.
var errIrregular = errors.New("is not a regular file")

// Open opens a regular file for reading, and returns its size in bytes. The type is
// checked before the file is opened. The error is an [*Error], which wraps
// [fs.ErrNotExist] if there is no such file.
func Open(path string) (*os.File, int64, error) {
	size, err := Size(path)
	if err != nil {
		return nil, 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, In(path, err)
	}
	return f, size, nil
}

// Size returns the size in bytes of a regular file, without opening it. The error is
// that of [Open].
func Size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, In(path, err)
	}
	if !info.Mode().IsRegular() {
		return 0, In(path, errIrregular)
	}
	return info.Size(), nil
}

// Read returns the content of a regular file of at most limit bytes, whose size is
// checked before any memory is taken for it. The error is that of [Open], or says that
// the file is too large.
func Read(path string, limit int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, Inf(path, "has %d bytes: at most %d are allowed", size, limit)
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, In(path, err)
	}
	return content, nil
}
