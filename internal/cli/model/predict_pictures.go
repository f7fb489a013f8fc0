package model

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/photo"
	"mnistgpu/internal/model"
)

// stdinName is the argument for the picture on stdin.
const stdinName = "-"

// A picture is a file to classify.
type picture struct {
	path string
	err  error // why it cannot be read, if known
}

// findPictures returns the pictures that arguments name. The pictures of a folder are
// sorted by name.
func findPictures(args []string) []picture {
	var found []picture
	for _, arg := range args {
		if shared.IsFolder(arg) {
			found = append(found, inFolder(arg)...)
		} else {
			found = append(found, picture{path: arg})
		}
	}
	return found
}

// inFolder returns the pictures in dir and below. It skips what is hidden or does not
// have a picture's extension.
func inFolder(dir string) []picture {
	var found []picture
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		hidden := path != dir && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			found = append(found, picture{path, err})
		case hidden && d.IsDir():
			return filepath.SkipDir
		case !hidden && !d.IsDir() && isPicture(path):
			found = append(found, picture{path: path})
		}
		return nil
	})
	if len(found) == 0 {
		found = []picture{{dir, errors.New("has no pictures: their names must end in " + strings.Join(extensions, ", "))}}
	}
	return found
}

// extensions are the extensions of pictures.
var extensions = []string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}

func isPicture(path string) bool { return slices.Contains(extensions, extension(path)) }

// beginsAsPicture reports whether a file seems to be a picture, by its name or by its
// first bytes.
func beginsAsPicture(path string) bool {
	if isPicture(path) {
		return true
	}
	f, _, err := fault.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 4)
	io.ReadFull(f, start)
	return string(start) == "\x89PNG" || string(start[:3]) == "\xff\xd8\xff"
}

// read returns the picture as the network m sees it. The error does not name the path.
func (p picture) read(stdin io.Reader, m *model.Model, how photo.Preparation) ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	content := stdin
	if p.path != stdinName {
		f, _, err := fault.Open(p.path)
		if err != nil {
			return nil, errors.Unwrap(err)
		}
		defer f.Close()
		content = f
	}
	img, err := photo.Decode(bufio.NewReader(content))
	if err != nil {
		return nil, err
	}
	return photo.Prepare(img, how, m.Form, m.Height, m.Width)
}
