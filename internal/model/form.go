package model

import (
	"fmt"
	"strconv"

	"mnistgpu/internal/mnist/form"
)

// encodeForm adds a form to the metadata of a file. What is as in MNIST's form is left
// out, so that a file without any of it means that form.
func encodeForm(metadata map[string]string, f form.Form) {
	if f.Background != form.Dark {
		metadata["background"] = f.Background.String()
	}
	if f.Framing != form.Centred {
		metadata["framing"] = f.Framing.String()
	}
	if f.Box != 0 {
		metadata["box"] = strconv.FormatFloat(f.Box, 'g', -1, 64)
	}
}

// DecodeForm returns the form that the metadata of a file hold: background, framing and
// box.
func DecodeForm(metadata map[string]string) (f form.Form, err error) {
	if name, ok := metadata["background"]; ok {
		if f.Background, err = form.ParseBackground(name); err != nil {
			return f, fmt.Errorf("background %w", err)
		}
	}
	if name, ok := metadata["framing"]; ok {
		if f.Framing, err = form.ParseFraming(name); err != nil {
			return f, fmt.Errorf("framing %w", err)
		}
	}
	if box, ok := metadata["box"]; ok {
		if f.Box, err = strconv.ParseFloat(box, 64); err != nil {
			return f, fmt.Errorf("box must be a number (got %q)", box)
		}
	}
	return f, f.Check()
}
