package mnist

import (
	"encoding/binary"
	"io"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/machine"
)

// The first four bytes of an IDX file: two zeros, the element type (0x08, an
// unsigned byte) and the number of dimensions.
const (
	imagesMagic = 0x00000803
	labelsMagic = 0x00000801
)

// Limits of what is read. MNIST itself has 60,000 images of 28x28.
const (
	MaxImages = 100_000_000 // of a split, and labels
	MaxPixels = 1 << 22     // of one image
)

// Images is the content of an IDX file of images.
type Images struct {
	Height, Width int    // of every image, in pixels
	Pixels        []byte // Len x Height x Width, row-major
}

// Len returns the number of images.
func (m Images) Len() int { return len(m.Pixels) / (m.Height * m.Width) }

// ReadImages reads an IDX file of images, raw or compressed with gzip. It goes by
// the content, not the name.
func ReadImages(path string) (Images, error) {
	f, _, err := fault.Open(path)
	if err != nil {
		return Images{}, err
	}
	defer f.Close()
	return decodeImages(path, f)
}

// ReadLabels reads an IDX file of labels, raw or compressed with gzip.
func ReadLabels(path string) ([]byte, error) {
	f, _, err := fault.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodeLabels(path, f)
}

// decodeImages reads images from src. Errors name path.
func decodeImages(path string, src io.Reader) (Images, error) {
	r, err := newReader(path, src)
	if err != nil {
		return Images{}, err
	}
	dims, err := r.header(imagesMagic, "images", 3)
	if err != nil {
		return Images{}, err
	}
	count, height, width := dims[0], dims[1], dims[2]
	if err := checkShape(path, count, height, width, machine.FreeMemory()); err != nil {
		return Images{}, err
	}
	pixels, err := r.rest(int(count * height * width))
	if err != nil {
		return Images{}, err
	}
	return Images{Height: int(height), Width: int(width), Pixels: pixels}, nil
}

// checkShape checks the dimensions that an image file's header claims, of images that have
// to fit into a number of bytes. Each has 32
// bits, so a product of two cannot overflow 64 bits, and each product is checked
// before it is multiplied further.
func checkShape(path string, count, height, width uint64, free float64) error {
	switch {
	case count < 1 || count > MaxImages:
		return fault.Inf(path, "count at byte 4 must be 1 to %d (got %d)", MaxImages, count)
	case height < 1 || height > MaxPixels:
		return fault.Inf(path, "height at byte 8 must be 1 to %d (got %d)", MaxPixels, height)
	case width < 1 || width > MaxPixels:
		return fault.Inf(path, "width at byte 12 must be 1 to %d (got %d)", MaxPixels, width)
	case height*width > MaxPixels:
		return fault.Inf(path, "images must have at most %d pixels (got %dx%d)", MaxPixels, height, width)
	case float64(count*(height*width)) > max(free, machine.Little):
		return fault.New(fault.OutOfMemory, "%s: %d images of %dx%d do not fit into the %.0f MB of memory that are free",
			path, count, height, width, max(free, 0)/1e6).WithHint("use fewer images, or a machine with more memory")
	}
	return nil
}

// decodeLabels reads labels from src. Errors name path.
func decodeLabels(path string, src io.Reader) ([]byte, error) {
	r, err := newReader(path, src)
	if err != nil {
		return nil, err
	}
	dims, err := r.header(labelsMagic, "labels", 1)
	if err != nil {
		return nil, err
	}
	if count := dims[0]; count < 1 || count > MaxImages {
		return nil, fault.Inf(path, "count at byte 4 must be 1 to %d (got %d)", MaxImages, count)
	}
	return r.rest(int(dims[0]))
}

// WriteImages writes m as a raw IDX file. If m was read by [ReadImages], that
// reproduces the uncompressed content byte for byte. The error is that of w.
func WriteImages(w io.Writer, m Images) error {
	if m.Height < 1 || m.Width < 1 || len(m.Pixels)%(m.Height*m.Width) != 0 {
		panic("mnist: WriteImages: pixels are not whole images")
	}
	return write(w, m.Pixels, imagesMagic, uint32(m.Len()), uint32(m.Height), uint32(m.Width))
}

// WriteLabels writes labels as a raw IDX file. The error is that of w.
func WriteLabels(w io.Writer, labels []byte) error {
	return write(w, labels, labelsMagic, uint32(len(labels)))
}

// write writes the words of a header, then the data.
func write(w io.Writer, data []byte, header ...uint32) error {
	if err := binary.Write(w, binary.BigEndian, header); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}
