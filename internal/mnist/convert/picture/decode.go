// Package picture reads pictures of any size from folders of classes: PNG, JPEG, GIF (the
// first image), BMP, WebP and TIFF.
package picture

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"mnistgpu/internal/mnist/convert/sample"
	"mnistgpu/internal/mnist/photo"
)

// format is a format of pictures.
type format struct {
	name   string
	magic  string // what a file starts with; ? is any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode},
	{"BMP", "BM????\x00\x00\x00\x00", bmp.DecodeConfig, bmp.Decode},
	{"WebP", "RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
	{"TIFF", "II\x2a\x00", tiff.DecodeConfig, tiff.Decode},
	{"TIFF", "MM\x00\x2a", tiff.DecodeConfig, tiff.Decode},
}

// formatOf returns the format of a file that starts with start, or nil.
func formatOf(start []byte) *format {
	for i, f := range formats {
		if matches(start, f.magic) {
			return &formats[i]
		}
	}
	return nil
}

func matches(start []byte, magic string) bool {
	if len(start) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != start[i] {
			return false
		}
	}
	return true
}

// Is reports whether a file that starts with start is a picture.
func Is(start []byte) bool { return formatOf(start) != nil }

var errNoPicture = sample.Because("is not a picture: PNG, JPEG, GIF, BMP, WebP or TIFF")

// bytesPerPixel is the most memory that a decoder takes for each pixel, with what it
// needs while it works.
const bytesPerPixel = 16

// Size returns the size of the picture that r reads. It reads little more than the
// header.
func Size(r io.Reader, q *sample.Request) (image.Point, *sample.Reason) {
	buffered := bufio.NewReaderSize(r, 4<<10)
	start, _ := buffered.Peek(16)
	f := formatOf(start)
	if f == nil {
		return image.Point{}, errNoPicture
	}
	config, err := f.config(buffered)
	if err != nil {
		return image.Point{}, f.damaged(err)
	}
	size := image.Pt(config.Width, config.Height)
	const most = 1 << 30 // so that no product below wraps
	if size.X < 1 || size.Y < 1 || size.X > most/size.Y {
		return size, sample.Because("must have 1 to %d pixels (got %dx%d)", most, size.Y, size.X)
	}
	if err := q.Room(1, bytesPerPixel*size.X*size.Y); err != nil {
		return size, unreadable(err)
	}
	return size, nil
}

// Decode reads a picture, and turns it upright if its Exif data say how the camera was held.
// It checks the size before it allocates memory for the pixels.
func Decode(content []byte, q *sample.Request) (image.Image, *sample.Reason) {
	if _, why := Size(bytes.NewReader(content), q); why != nil {
		return nil, why
	}
	f := formatOf(content)
	img, err := f.decode(bytes.NewReader(content))
	if err != nil {
		return nil, f.damaged(err)
	}
	return photo.Upright(img, content), nil
}

// damaged says why a file is not a picture of the format.
func (f *format) damaged(err error) *sample.Reason {
	var unsupported bool
	reason := err.Error()
	if at := strings.Index(reason, ": "); at >= 0 && !strings.Contains(reason[:at], " ") {
		reason = reason[at+2:]
	}
	reason = strings.TrimPrefix(reason, "invalid format: ")
	if after, ok := strings.CutPrefix(reason, "unsupported feature: "); ok {
		reason, unsupported = after, true
	}
	if reason == io.EOF.Error() || reason == io.ErrUnexpectedEOF.Error() { // some are wrapped as texts
		reason = "the file ends early"
	}
	if unsupported {
		return sample.Because(fmt.Sprintf("is a %s file of an unsupported kind: %%s", f.name), reason)
	}
	return sample.Because(fmt.Sprintf("is not a whole %s: %%s", f.name), reason)
}
