package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A file of a wheel.
type file struct {
	path string
	data []byte
	mode fs.FileMode
}

// record returns the file RECORD, which lists all others with their hashes and sizes, and
// itself without.
func record(files []file, path string) file {
	var list bytes.Buffer
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&list, "%s,sha256=%s,%d\n", f.path, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&list, "%s,,\n", path)
	return file{path, list.Bytes(), 0o644}
}

// epoch is the time of every file, the first that a zip archive can hold, so that wheels
// depend on their contents alone.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// write makes a zip archive of the files.
func write(path string, files []file) error {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.path, Method: zip.Deflate, Modified: epoch}
		header.SetMode(f.mode)
		part, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, archive.Bytes(), 0o644)
}
