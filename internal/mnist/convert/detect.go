package convert

import (
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/arff"
	"mnistgpu/internal/mnist/convert/array"
	"mnistgpu/internal/mnist/convert/csv"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/parquet"
	"mnistgpu/internal/mnist/convert/picture"
	"mnistgpu/internal/mnist/convert/sample"
	"mnistgpu/internal/mnist/convert/svmlight"
)

// A format is a format of files.
type format struct {
	name string
	is   func(start []byte) bool // by the start of the content

	// open returns the samples of a file. It is nil for formats whose files do not hold
	// images and labels on their own.
	open func(input.File, *sample.Request) (sample.Source, error)
}

// formats are the formats, in the order in which they are tried: those with a magic
// number come first.
var formats = []*format{
	{"IDX", array.IsIDX, nil},
	{"npy", array.IsNPY, nil},
	{"npz", array.IsNPZ, nil},
	pictureFormat,
	{"Parquet", parquet.Is, parquet.NewSource},
	{"ARFF", arff.Looks, arff.NewSource},
	{"svmlight", svmlight.Looks, svmlight.NewSource},
	{"CSV", csv.Looks, csv.NewSource},
}

var pictureFormat = &format{"picture", picture.Is, nil}

// isArray reports whether files of the format hold arrays.
func (f *format) isArray() bool { return f.open == nil && f != pictureFormat }

// startBytes is how much of a file is looked at to detect its format.
const startBytes = 64 << 10

// detect returns the format of a file, or nil.
func detect(f input.File) (*format, error) {
	start, err := f.Start(startBytes)
	if err != nil {
		return nil, fault.In(f.Path, err)
	}
	for _, format := range formats {
		if format.is(start) {
			return format, nil
		}
	}
	return nil, nil
}
