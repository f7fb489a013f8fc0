package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // this and the next ones register formats
	_ "image/jpeg"
	_ "image/png"
	"io"
	"slices"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

const (
	// MaxSide is the most pixels that a picture may have along a side.
	MaxSide = 4096

	// MaxBytes is the most bytes that a file may have: four for each pixel of the
	// largest picture, and a little more.
	MaxBytes = MaxSide*MaxSide*4 + 1<<20
)

// formats are the accepted formats, by the names that [image.Decode] uses. Other
// packages may have registered more, whose decoders are not tested here.
var formats = []string{"png", "jpeg", "gif", "bmp", "webp"}

// Decode reads a picture: PNG, JPEG, GIF (the first image only), BMP or WebP. A picture
// whose Exif data say how the camera was held is turned upright. Decode checks the
// size before it allocates memory for the pixels, and reads at most [MaxBytes]. The
// error says in one line what is wrong.
func Decode(r io.Reader) (image.Image, error) {
	limited := &io.LimitedReader{R: r, N: MaxBytes}
	var read bytes.Buffer
	config, format, err := image.DecodeConfig(io.TeeReader(limited, &read))
	if err == nil && !slices.Contains(formats, format) {
		err = image.ErrFormat
	}
	if err != nil {
		return nil, damaged(err, limited.N)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > MaxSide || config.Height > MaxSide {
		return nil, fmt.Errorf("must be at most %d pixels wide and high (got %d and %d)", MaxSide, config.Width, config.Height)
	}
	if _, err := read.ReadFrom(limited); err != nil { // WebP has Exif data at its end
		return nil, damaged(err, limited.N)
	}
	img, _, err := image.Decode(bytes.NewReader(read.Bytes()))
	if err != nil {
		return nil, damaged(err, limited.N)
	}
	return Upright(img, read.Bytes()), nil
}

// damaged says why a file is not a picture, given how many more bytes it was allowed
// to have.
func damaged(err error, room int64) error {
	switch {
	case room == 0:
		return fmt.Errorf("must have at most %d bytes", MaxBytes)
	case errors.Is(err, image.ErrFormat):
		return errors.New("must be a picture: PNG, JPEG, GIF, BMP or WebP")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("is not a whole picture: the file ends early")
	}
	return fmt.Errorf("is not a whole picture: %w", err)
}
