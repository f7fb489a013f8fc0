// Package convert makes data sets from folders of PNG files and from CSV files.
//
// Its input is not trusted. An image that does not fit is skipped, and reported
// with its place and the reason; the rest is used.
package convert

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// Options control how [Read] makes a data set.
type Options struct {
	// Names has the names of the classes in the order of their labels, or nil: see
	// [Read].
	Names []string

	// Height and Width are the size of the images to accept. Both are 0 for the
	// size of the first image.
	Height, Width int

	// TestFraction is the fraction of each class that goes into the test set,
	// between 0 and 1. A class of two or more images has at least one in each
	// set.
	TestFraction float64

	// Seed determines which images these are, and the order of all images.
	Seed uint64

	// Skip, if not nil, is called for everything that is left out.
	Skip func(Skipped)
}

// Skipped is something that was left out.
type Skipped struct {
	Path   string
	Line   int // of a CSV file, from 1, or 0
	Reason string
}

// String returns the place and the reason in one line.
func (s Skipped) String() string {
	if s.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", s.Path, s.Line, s.Reason)
	}
	return s.Path + ": " + s.Reason
}

// Read reads a folder of PNG files, CLASS/NAME.png, or a CSV file of lines
// label,p0,p1,... and returns the data set and the names of its classes.
//
// The classes of a folder, in the order of their labels, are those that o names,
// or else those in the folder's own classes.txt, or else all of its subfolders,
// sorted by name. The lines of a CSV file have labels from 0 to 255, or up to the
// number of names in o, and pixels from 0 to 255, row by row; there may be a
// header. Its images are square unless o says otherwise.
//
// The error is of the kind fault.BadData: path cannot be read, or has too few images to
// train and test with.
func Read(path string, o Options) (*mnist.Dataset, []string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fault.In(path, err)
	}
	c := &collector{path: path, options: o, height: o.Height, width: o.Width}
	var names []string
	if info.IsDir() {
		names, err = c.readFolder()
	} else {
		names, err = c.readCSV()
	}
	if err != nil {
		return nil, nil, err
	}
	d, err := c.dataset(len(names))
	return d, names, err
}

// A collector gathers the usable images.
type collector struct {
	path          string
	options       Options
	height, width int // of every image, or 0 until the first one
	pixels        []byte
	labels        []byte
	skipped       int
}

// skip reports that what is at the given line of path is left out.
func (c *collector) skip(path string, line int, reason string) {
	c.skipped++
	if c.options.Skip != nil {
		c.options.Skip(Skipped{path, line, reason})
	}
}

// add adds an image of height x width pixels. The error says that there are too
// many.
func (c *collector) add(height, width int, pixels []byte, label byte) error {
	c.height, c.width = height, width
	if len(c.labels) == mnist.MaxImages || len(c.pixels)+len(pixels) > mnist.MaxBytes {
		return fault.Inf(c.path, "must have at most %d images and %d bytes of pixels (got more than %d of %dx%d)",
			mnist.MaxImages, mnist.MaxBytes, len(c.labels), height, width)
	}
	c.pixels = append(c.pixels, pixels...)
	c.labels = append(c.labels, label)
	return nil
}

// dataset shuffles the images and splits each class.
func (c *collector) dataset(classes int) (*mnist.Dataset, error) {
	if len(c.labels) == 0 {
		return nil, fault.Inf(c.path, "has no usable image, and %d that were skipped", c.skipped)
	}
	if classes < 2 || classes > mnist.MaxClasses {
		return nil, fault.Inf(c.path, "must have 2 to %d classes (got %d)", mnist.MaxClasses, classes)
	}
	d := &mnist.Dataset{Name: filepath.Base(c.path), Height: c.height, Width: c.width, Classes: classes}
	quota := c.testQuota()
	size := c.height * c.width
	for _, i := range rand.New(rand.NewPCG(c.options.Seed, 0)).Perm(len(c.labels)) {
		label, split := c.labels[i], &d.Train
		if quota[label] > 0 {
			quota[label]--
			split = &d.Test
		}
		split.Labels = append(split.Labels, label)
		split.Images = append(split.Images, c.pixels[i*size:][:size]...)
	}
	if d.Test.Len() == 0 {
		return nil, fault.Inf(c.path, "must have a class of two images, one to train and one to test with")
	}
	return d, nil
}

// testQuota returns how many images of each class go into the test set.
func (c *collector) testQuota() (quota [mnist.MaxClasses]int) {
	var count [mnist.MaxClasses]int
	for _, label := range c.labels {
		count[label]++
	}
	for label, n := range count {
		if n >= 2 {
			share := int(c.options.TestFraction*float64(n) + 0.5)
			quota[label] = min(max(share, 1), n-1)
		}
	}
	return quota
}
