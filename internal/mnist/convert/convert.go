// Package convert reads the data sets that people have into one form: IDX files of MNIST
// and its relatives, NumPy's npz and npy, tables in text, Parquet, ARFF, svmlight, and
// folders of pictures. A file's content says what it is, not its name.
//
// Each format has a folder of its own below this one and hands over its samples as
// package sample describes. What is the same for all of them is decided here: how numbers
// become pixels, which labels become which classes, which files are parts of one data
// set.
//
// The input is not trusted. An image that does not fit is skipped, and reported with its
// place and the reason; the rest is used.
package convert

import (
	"errors"
	"fmt"
	"path/filepath"

	"mnistgpu/internal/mnist"
)

// Options control how [Load] reads a data set.
type Options struct {
	// Names has the names of the classes in the order of their labels, or nil for those
	// that are found. A label is one of the names or, if no name is a number, the number
	// of one, from 0.
	Names []string

	// Height and Width are the size of the images. Both are 0 for the size that all
	// images have; if pictures differ in size, that is 28x28. Images of another size are
	// scaled.
	Height, Width int

	// Label names the column of labels in a table; "" finds it.
	Label string

	// Test is a file or folder of test images, or "" for those that belong to the data
	// set.
	Test string

	// Transpose says whether rows and columns of the images are swapped.
	Transpose Transpose

	// Unlabelled asks for images without labels. Labels are then ignored.
	Unlabelled bool

	// Memory is how many bytes the pixels may take, or 0 for no limit. The sizes that
	// headers claim are checked against it before memory is taken.
	Memory int64

	// AllowSkipped accepts a data set of which more than a tenth cannot be used.
	AllowSkipped bool

	// Skip, if not nil, is called for everything that is left out.
	Skip func(Skipped)

	// Progress, if not nil, is called while files are read.
	Progress func(done, total int64)
}

// Transpose says whether rows and columns of the images are swapped.
type Transpose uint8

// The values of Transpose. EMNIST's files store their images swapped.
const (
	TransposeEMNIST Transpose = iota // if the names of the files begin with emnist
	TransposeAlways
	TransposeNever
)

// A Set is a data set as it was found.
type Set struct {
	Name          string // the base name of the path
	Height, Width int    // of every image, in pixels
	Names         []string

	// The images in the order of their files. Those of no part are in Train, and parts
	// that the data set does not have are empty.
	Train, Validation, Test mnist.Split

	Facts   []string // what the user should know, a line each
	Skipped int      // images that could not be used
}

// ErrSkipped is wrapped by the error of a data set of which too much cannot be used.
var ErrSkipped = errors.New("more than a tenth cannot be used")

// Load reads a data set from a file or a folder:
//
//   - the four IDX files of a data set, in a folder or the path of one of them, with
//     numbers of any type of the format;
//   - npz and npy files with arrays of images and labels whose names or shapes tell them
//     apart, such as Keras' x_train and y_train or MedMNIST's train_images;
//   - a table in a text file, Parquet, ARFF or svmlight, with a line for each image, and
//     Parquet files with encoded pictures;
//   - a folder of pictures, CLASS/NAME, or with such folders in train, test and val.
//
// Parts are found by their names: of two files or folders that differ in train and test,
// both are read. A file classes.txt beside the files names the classes from 0.
//
// The error is of the kind fault.BadData.
func Load(path string, o Options) (*Set, error) {
	l := newLoader(path, o)
	if err := l.find(); err != nil {
		return nil, err
	}
	if err := l.survey(); err != nil {
		return nil, err
	}
	return l.fill()
}

// nameOf returns the name of the data set at path.
func nameOf(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return filepath.Base(path)
}

// A Skipped is something that was left out.
type Skipped struct {
	Path  string
	Line  int    // of a text, or the number of an item in a file, from 1; 0 for a whole file
	Cause string // what reasons of the same kind have in common

	// Reason says in one line why it was left out.
	Reason string
}

// String returns the place and the reason in one line.
func (s Skipped) String() string {
	if s.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", s.Path, s.Line, s.Reason)
	}
	return s.Path + ": " + s.Reason
}
