package mnist

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mnistgpu/internal/fault"
)

// A knownFile is one of MNIST's four files.
type knownFile struct {
	name   string // without ".gz"
	magic  uint32 // tells whether it holds images or labels
	sha256 string // of the raw IDX file, header included
}

// The hashes are of the raw files, because the same data is also distributed with
// other compression.
var (
	trainImages = knownFile{"train-images-idx3-ubyte", imagesMagic, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"}
	trainLabels = knownFile{"train-labels-idx1-ubyte", labelsMagic, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"}
	testImages  = knownFile{"t10k-images-idx3-ubyte", imagesMagic, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"}
	testLabels  = knownFile{"t10k-labels-idx1-ubyte", labelsMagic, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}

	knownFiles = [4]knownFile{trainImages, trainLabels, testImages, testLabels}
)

// find returns the path of the file called name in dir, in any of the spellings in
// use.
func find(dir, name string) (string, error) {
	dotted := strings.Replace(name, "-idx", ".idx", 1)
	for _, spelling := range []string{name, dotted, name + ".gz", dotted + ".gz"} {
		path := filepath.Join(dir, spelling)
		_, err := os.Stat(path)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fault.In(path, err)
		}
	}
	return "", fault.Inf(filepath.Join(dir, name), "%w, neither raw nor with .gz", fs.ErrNotExist)
}

// verify checks that the files are MNIST's.
func (f *folder) verify() error {
	if err := f.train.verify(trainImages, trainLabels); err != nil {
		return err
	}
	return f.test.verify(testImages, testLabels)
}

func (h half) verify(images, labels knownFile) error {
	if err := images.verifyImages(h.imagesPath, h.images); err != nil {
		return err
	}
	return labels.verifyLabels(h.labelsPath, h.labels)
}

// verifyFile checks that the file at path is this one.
func (k knownFile) verifyFile(path string) error {
	if k.magic == labelsMagic {
		labels, err := ReadLabels(path)
		if err != nil {
			return err
		}
		return k.verifyLabels(path, labels)
	}
	m, err := ReadImages(path)
	if err != nil {
		return err
	}
	return k.verifyImages(path, m)
}

// verifyImages checks the hash of m written as a raw file, which is byte for byte
// the uncompressed content of the file that m was read from.
func (k knownFile) verifyImages(path string, m Images) error {
	return k.verify(path, func(w io.Writer) error { return WriteImages(w, m) })
}

// verifyLabels is verifyImages for labels.
func (k knownFile) verifyLabels(path string, labels []byte) error {
	return k.verify(path, func(w io.Writer) error { return WriteLabels(w, labels) })
}

func (k knownFile) verify(path string, write func(io.Writer) error) error {
	got, err := contentSum(write)
	if err != nil {
		return fault.Inf(path, "cannot be hashed: %w", err)
	}
	if got != k.sha256 {
		return fault.Inf(path, "SHA-256 of the content must be %s, that of MNIST (got %s)", k.sha256, got)
	}
	return nil
}
