// Package convert makes data sets of what others keep images in: folders of PNG
// files and CSV files.
//
// What it reads is not trusted. An image that does not fit is skipped, and
// reported with its place and the reason; the rest is used.
package convert

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/oserror"
)

// Options say how [Read] makes a data set.
type Options struct {
	// Names are those of the classes in the order of their labels, or nil: see
	// [Read].
	Names []string

	// Height and Width are those of the images that are taken. Both are 0 to
	// take those of the first image.
	Height, Width int

	// TestFraction is how much of each class goes into the test set, between 0
	// and 1. A class of two images or more has one at least in either set.
	TestFraction float64

	// Seed decides which images these are, and the order of all.
	Seed uint64

	// Skip, when not nil, is called for everything that is left out.
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
// The folders of the classes are named as o says or else the folder's own
// classes.txt, in the order of the labels; where neither does, they are all
// folders, sorted by name. A CSV file has labels itself, 0 to 255 or as far as o
// names them, pixels 0 to 255 row by row, and may have a header; its images are
// squares unless o says otherwise.
//
// The error is a [*mnist.Error]: path cannot be read, or holds nothing to train
// and test with.
func Read(path string, o Options) (*mnist.Dataset, []string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fault(path, err)
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

// A collector gathers the images that are usable.
type collector struct {
	path          string
	options       Options
	height, width int // of every image, or 0 before the first one
	pixels        []byte
	labels        []byte
	skipped       int
}

// skip leaves out what is at line of path.
func (c *collector) skip(path string, line int, reason string) {
	c.skipped++
	if c.options.Skip != nil {
		c.options.Skip(Skipped{path, line, reason})
	}
}

// add takes an image of height x width pixels. The error says that there are
// too many.
func (c *collector) add(height, width int, pixels []byte, label byte) error {
	c.height, c.width = height, width
	if len(c.labels) == mnist.MaxImages || len(c.pixels)+len(pixels) > mnist.MaxBytes {
		return fault(c.path, fmt.Errorf("more than %d images of %dx%d: want at most %d and %d bytes",
			len(c.labels), height, width, mnist.MaxImages, mnist.MaxBytes))
	}
	c.pixels = append(c.pixels, pixels...)
	c.labels = append(c.labels, label)
	return nil
}

// dataset shuffles the images and splits each class.
func (c *collector) dataset(classes int) (*mnist.Dataset, error) {
	if len(c.labels) == 0 {
		return nil, fault(c.path, fmt.Errorf("has no usable image, and %d that were skipped", c.skipped))
	}
	if classes < 2 || classes > mnist.MaxClasses {
		return nil, fault(c.path, fmt.Errorf("has %d classes: want 2 to %d", classes, mnist.MaxClasses))
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
		return nil, fault(c.path, errors.New("has no class of two images: want one to train and one to test with"))
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

// fault returns a [*mnist.Error] about path, without the path that err may name
// itself.
func fault(path string, err error) error {
	return &mnist.Error{Path: path, Err: oserror.Cause(err)}
}
