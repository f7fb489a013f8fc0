package convert

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// readFolder reads the PNG files of each class and returns the names of the
// classes.
func (c *collector) readFolder() ([]string, error) {
	folders, err := c.classFolders()
	if err != nil {
		return nil, err
	}
	if len(folders) == 0 {
		return nil, fault.Inf(c.path, "must have a folder for each class, with files CLASS/NAME.png")
	}
	names, err := c.folderNames(folders)
	if err != nil {
		return nil, err
	}
	for label, name := range names {
		if !slices.Contains(folders, name) {
			c.skip(filepath.Join(c.path, name), 0, "is a class without a folder")
			continue
		}
		if err := c.readClass(filepath.Join(c.path, name), byte(label)); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// folderNames returns the names of the classes in the order of their labels.
// Folders of other names are skipped.
func (c *collector) folderNames(folders []string) ([]string, error) {
	names := c.options.Names
	if names == nil {
		var err error
		if names, err = mnist.ReadNames(c.path); err != nil {
			return nil, err
		}
	}
	if names == nil {
		names = folders
	}
	if err := mnist.CheckNames(names); err != nil {
		return nil, fault.Inf(c.path, "folders of the classes: %w", err)
	}
	for _, name := range folders {
		if !slices.Contains(names, name) {
			c.skip(filepath.Join(c.path, name), 0, "is none of the classes")
		}
	}
	return names, nil
}

// classFolders returns the names of the folders in c.path, sorted.
func (c *collector) classFolders() ([]string, error) {
	entries, err := os.ReadDir(c.path)
	if err != nil {
		return nil, fault.In(c.path, err)
	}
	var names []string
	for _, e := range entries {
		path := filepath.Join(c.path, e.Name())
		info, err := os.Stat(path)
		switch {
		case hidden(e):
		case err != nil:
			c.skip(path, 0, fault.Cause(err).Error())
		case info.IsDir():
			names = append(names, e.Name())
		case e.Name() != mnist.NamesFile:
			c.skip(path, 0, "is in no folder of a class")
		}
	}
	return names, nil
}

// hidden reports whether e is a hidden file, which is not the user's own.
func hidden(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }

// readClass reads the images in dir, sorted by name.
func (c *collector) readClass(dir string, label byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		c.skip(dir, 0, fault.Cause(err).Error())
		return nil
	}
	before := len(c.labels)
	for _, e := range entries {
		if hidden(e) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		img, err := c.readPNG(path)
		if err != nil {
			c.skip(path, 0, fault.Cause(err).Error())
			continue
		}
		if err := c.add(img.Rect.Dy(), img.Rect.Dx(), img.Pix, label); err != nil {
			return err
		}
	}
	if len(c.labels) == before {
		c.skip(dir, 0, "has no usable image")
	}
	return nil
}

// readPNG reads the image at path in grey. It checks the size before it allocates
// memory for the pixels.
func (c *collector) readPNG(path string) (*image.Gray, error) {
	if !strings.EqualFold(filepath.Ext(path), ".png") {
		return nil, errors.New("is not a PNG file")
	}
	f, _, err := fault.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the caller names the path
	}
	defer f.Close()
	config, err := png.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, damaged(err)
	}
	if err := c.checkSize(config.Height, config.Width); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := png.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, damaged(err)
	}
	grey := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(grey, grey.Rect, img, img.Bounds().Min, draw.Src)
	return grey, nil
}

// damaged says why a file is not an image.
func damaged(err error) error {
	reason := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "png: "), "invalid format: ")
	if reason == io.EOF.Error() || reason == io.ErrUnexpectedEOF.Error() {
		reason = "the file ends early"
	}
	return errors.New("is not a whole PNG: " + reason)
}

// checkSize checks that an image is not too large and has the same size as the
// others.
func (c *collector) checkSize(height, width int) error {
	if height < 1 || width < 1 || height > mnist.MaxPixels/width {
		return fmt.Errorf("must have at most %d pixels (got %dx%d)", mnist.MaxPixels, height, width)
	}
	if c.height > 0 && (height != c.height || width != c.width) {
		return fmt.Errorf("must be %dx%d (got %dx%d)", c.height, c.width, height, width)
	}
	return nil
}
