package mnist

import (
	"os"
	"path/filepath"
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/form"
)

// A Dataset holds the images that a classifier is trained and tested on.
type Dataset struct {
	Name          string   // "mnist", "synthetic" or the base name of a folder
	Height, Width int      // of every image, in pixels
	Classes       int      // labels are 0 to Classes-1
	Names         []string // of the classes, or nil if they are in a file beside the data
	Train, Test   Split

	// Measured says what the images look like. It is zero, which means MNIST's form, for
	// built-in data and until [Dataset.Measure] is called.
	Measured form.Measurement

	inverted bool // whether the pixels are 255 minus those that were read
	verified bool // whether the content is known to be that of MNIST

	// Fallback says in one line why [Open] used synthetic data for "auto". It is
	// empty if MNIST was available.
	Fallback string
}

// A Split is the training or the test set of a Dataset.
type Split struct {
	Images []byte // Len x Height x Width, row-major, 0 is black
	Labels []byte // Len
}

// Len returns the number of labelled images.
func (s Split) Len() int { return len(s.Labels) }

// MaxClasses is the number of classes that a label of one byte can tell apart.
const MaxClasses = 256

// LoadDir reads the four files of a data set in MNIST's layout from a folder:
// train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
// t10k-labels-idx1-ubyte, raw or with ".gz", and with "-idx" or ".idx". Raw files
// take precedence over compressed ones. The data set has the name of the
// folder, or "mnist" if the files are MNIST's.
//
// Every image must have a label from 0 to classes-1, and all images the same size.
// There are 2 to 256 classes.
func LoadDir(dir string, classes int) (*Dataset, error) {
	if classes < 2 || classes > MaxClasses {
		return nil, fault.Inf(dir, "must have 2 to %d classes (got %d)", MaxClasses, classes)
	}
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	d, err := f.dataset(classes)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fault.In(dir, err)
	}
	d.Name = filepath.Base(abs)
	if f.verify() == nil {
		d.Name, d.verified = "mnist", true
	}
	return d, nil
}

// A half is the content of the two files of a split.
type half struct {
	imagesPath, labelsPath string
	images                 Images
	labels                 []byte
}

// A folder is the content of the four files of a data set.
type folder struct{ train, test half }

// readFolder reads the four files in dir. Each is valid in itself; whether
// they belong together is not checked.
func readFolder(dir string) (*folder, error) {
	if err := checkDir(dir); err != nil {
		return nil, err
	}
	var f folder
	var err error
	if f.train, err = readHalf(dir, trainImages, trainLabels); err != nil {
		return nil, err
	}
	if f.test, err = readHalf(dir, testImages, testLabels); err != nil {
		return nil, err
	}
	return &f, nil
}

// checkDir checks that dir is a folder that can be listed.
func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fault.In(dir, err)
	}
	if !info.IsDir() {
		return fault.Inf(dir, "must be a folder with the four files of a data set (got a file)")
	}
	if _, err := os.ReadDir(dir); err != nil {
		return fault.In(dir, err)
	}
	return nil
}

func readHalf(dir string, images, labels knownFile) (h half, err error) {
	if h.imagesPath, err = find(dir, images.name); err != nil {
		return half{}, err
	}
	if h.labelsPath, err = find(dir, labels.name); err != nil {
		return half{}, err
	}
	if h.images, err = ReadImages(h.imagesPath); err != nil {
		return half{}, err
	}
	if h.labels, err = ReadLabels(h.labelsPath); err != nil {
		return half{}, err
	}
	return h, nil
}

// dataset checks that the four files belong together and joins them.
func (f *folder) dataset(classes int) (*Dataset, error) {
	for _, h := range []half{f.train, f.test} {
		if err := h.check(classes); err != nil {
			return nil, err
		}
	}
	train, test := f.train.images, f.test.images
	if test.Height != train.Height || test.Width != train.Width {
		return nil, fault.Inf(f.test.imagesPath, "images must be %dx%d, as in %s (got %dx%d)",
			train.Height, train.Width, filepath.Base(f.train.imagesPath), test.Height, test.Width)
	}
	return &Dataset{
		Height:  train.Height,
		Width:   train.Width,
		Classes: classes,
		Train:   Split{train.Pixels, f.train.labels},
		Test:    Split{test.Pixels, f.test.labels},
	}, nil
}

// check checks that every image has a label from 0 to classes-1.
func (h half) check(classes int) error {
	if len(h.labels) != h.images.Len() {
		return fault.Inf(h.labelsPath, "must have %d labels, one for each image in %s (got %d)",
			h.images.Len(), filepath.Base(h.imagesPath), len(h.labels))
	}
	bad := slices.IndexFunc(h.labels, func(label byte) bool { return int(label) >= classes })
	if bad >= 0 {
		return fault.Inf(h.labelsPath, "label %d at byte %d must be 0 to %d (got %d)",
			bad, 8+bad, classes-1, h.labels[bad])
	}
	return nil
}
