package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/photo"
)

// stdinName is the argument that stands for stdin.
const stdinName = "-"

// An imageFile is a picture to read.
type imageFile struct {
	name string
	err  error // why it cannot be read, if known
}

// expand returns the pictures that arguments name, those of a folder sorted by
// name.
func expand(args []string) []imageFile {
	var files []imageFile
	for _, arg := range args {
		if isFolder(arg) {
			files = append(files, inFolder(arg)...)
		} else {
			files = append(files, imageFile{name: arg})
		}
	}
	return files
}

// inFolder returns the pictures in dir and below. It skips what is hidden or does not
// have a picture's extension.
func inFolder(dir string) []imageFile {
	var found []imageFile
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		hidden := path != dir && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			found = append(found, imageFile{path, err})
		case hidden && d.IsDir():
			return filepath.SkipDir
		case !hidden && !d.IsDir() && isPicture(path):
			found = append(found, imageFile{name: path})
		}
		return nil
	})
	if len(found) == 0 {
		found = []imageFile{{dir, errors.New("has no pictures: want names that end in " + strings.Join(endings, ", "))}}
	}
	return found
}

var endings = []string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}

func isPicture(path string) bool {
	return slices.Contains(endings, strings.ToLower(filepath.Ext(path)))
}

// beginsAsPicture reports whether a file seems to be a picture, by its name or by its
// first bytes.
func beginsAsPicture(path string) bool {
	if isPicture(path) {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 4)
	io.ReadFull(f, start)
	return string(start) == "\x89PNG" || string(start[:3]) == "\xff\xd8\xff"
}

// read returns the picture as height x width bytes for the network.
func (p imageFile) read(height, width int, asIs bool) ([]byte, error) {
	if p.err != nil {
		return nil, faults.Cause(p.err)
	}
	var file io.Reader = os.Stdin
	if p.name != stdinName {
		f, err := os.Open(p.name)
		if err != nil {
			return nil, faults.Cause(err)
		}
		defer f.Close()
		file = f
	}
	img, err := photo.Decode(bufio.NewReader(file))
	if err != nil {
		return nil, faults.Cause(err)
	}
	if asIs {
		return photo.AsIs(img, height, width)
	}
	return photo.Digit(img, height, width)
}
