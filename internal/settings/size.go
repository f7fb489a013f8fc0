package settings

import (
	"fmt"

	"mnistgpu/internal/mnist"
)

// Size is the size of images in pixels, such as 28x28. The zero Size is none.
type Size struct{ Height, Width int }

// Set accepts HEIGHTxWIDTH, of at most [mnist.MaxPixels] pixels.
func (s *Size) Set(text string) error {
	var size Size
	_, err := fmt.Sscanf(text, "%dx%d", &size.Height, &size.Width)
	if err != nil || size.String() != text || size.Height < 1 || size.Width < 1 || size.Height > mnist.MaxPixels/size.Width {
		return errValue
	}
	*s = size
	return nil
}

func (s *Size) String() string {
	if *s == (Size{}) {
		return ""
	}
	return fmt.Sprintf("%dx%d", s.Height, s.Width)
}

// Must implements [Value].
func (s *Size) Must() string {
	return fmt.Sprintf("HEIGHTxWIDTH, such as 28x28, with at most %d pixels", mnist.MaxPixels)
}

// Literal implements [Value].
func (s *Size) Literal() any { return s.String() }
