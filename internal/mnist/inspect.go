package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"

	"mnistgpu/internal/fault"
)

// A FileInfo describes one of the four files of a data set.
type FileInfo struct {
	Name   string // in its folder
	Shape  []int  // images x height x width, or labels
	SHA256 string // of the content, without compression, in hexadecimal
	MNIST  bool   // whether it is MNIST's
}

// Inspect loads the data set in dir, as [LoadDir] does, and describes its files:
// training images and labels, then test images and labels.
func Inspect(dir string, classes int) (*Dataset, []FileInfo, error) {
	d, err := LoadDir(dir, classes)
	if err != nil {
		return nil, nil, err
	}
	train, err := d.Train.inspect(dir, d.Height, d.Width, trainImages, trainLabels)
	if err != nil {
		return nil, nil, err
	}
	test, err := d.Test.inspect(dir, d.Height, d.Width, testImages, testLabels)
	if err != nil {
		return nil, nil, err
	}
	return d, append(train, test...), nil
}

// inspect describes the two files in dir that s was read from.
func (s Split) inspect(dir string, height, width int, images, labels knownFile) ([]FileInfo, error) {
	imagesPath, err := find(dir, images.name)
	if err != nil {
		return nil, err
	}
	labelsPath, err := find(dir, labels.name)
	if err != nil {
		return nil, err
	}
	imagesSum, labelsSum, err := s.sums(height, width)
	if err != nil {
		return nil, fault.Inf(imagesPath, "cannot be hashed: %w", err)
	}
	return []FileInfo{
		{filepath.Base(imagesPath), []int{s.Len(), height, width}, imagesSum, imagesSum == images.sha256},
		{filepath.Base(labelsPath), []int{s.Len()}, labelsSum, labelsSum == labels.sha256},
	}, nil
}

// SHA256 identifies the content of d: it is the SHA-256, in hexadecimal, of the
// hexadecimal SHA-256 sums of the four raw files that d is stored as, one after the
// other.
func (d *Dataset) SHA256() (string, error) {
	sums := make([]string, 0, len(knownFiles))
	if d.verified { // so its sums are known
		for _, k := range knownFiles {
			sums = append(sums, k.sha256)
		}
	} else {
		for _, s := range []Split{d.Train, d.Test} {
			images, labels, err := s.sums(d.Height, d.Width)
			if err != nil {
				return "", err
			}
			sums = append(sums, images, labels)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(sums, "")))
	return hex.EncodeToString(sum[:]), nil
}

// sums returns the SHA-256 sums of the two raw files of s, whose images have the
// given size.
func (s Split) sums(height, width int) (images, labels string, err error) {
	images, err = contentSum(func(w io.Writer) error { return WriteImages(w, Images{height, width, s.Images}) })
	if err == nil {
		labels, err = contentSum(func(w io.Writer) error { return WriteLabels(w, s.Labels) })
	}
	return images, labels, err
}

// contentSum returns the SHA-256 of what write writes.
func contentSum(write func(io.Writer) error) (string, error) {
	h := sha256.New()
	if err := write(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
