package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
	"mnistgpu/internal/model/npz"
)

// MaxBytes is the most bytes that a file may have, and the most that its numbers
// may take in memory.
const MaxBytes = 1 << 30

// pickleWithin is the number of bytes at the start of a file of torch.save that are
// sure to hold the name of its first member, a pickle.
const pickleWithin = 512

// A file is the content of a file of tensors.
type file struct {
	tensors  []model.Tensor
	metadata map[string]string
	ours     bool // whether Encode wrote it: weights are (In, Out)
	inOrder  bool // whether tensors are in the order in which a program wrote them
}

// readTensors reads either kind of file, which it recognizes by its first bytes.
func readTensors(content []byte) (f file, err error) {
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		f.tensors, f.metadata, err = model.DecodeTensors(content)
		f.ours = f.metadata["format"] == "mnistgpu"
		return f, err
	}
	if bytes.Contains(content[:min(len(content), pickleWithin)], []byte("/data.pkl")) {
		return f, errors.New("is a file of torch.save, which only Python can read: safetensors.torch.save_file writes one that others can")
	}
	arrays, err := npz.ReadFloats(content, MaxBytes)
	if err != nil {
		return f, err
	}
	f.metadata, f.inOrder = map[string]string{}, true
	for _, a := range arrays {
		values := a.Values.([]float64)
		if len(a.Shape) == 0 {
			f.metadata[a.Name] = scalar(a.Name, values[0])
			continue
		}
		t := model.Tensor{Name: a.Name, Shape: a.Shape, Values: make([]float32, len(values))}
		for i, v := range values {
			t.Values[i] = float32(v)
		}
		f.tensors = append(f.tensors, t)
	}
	f.ours = f.metadata["pixel_scale"] != "" && f.metadata["height"] != "" && f.metadata["width"] != ""
	return f, nil
}

// scalar returns the text of a scalar. The words of a form are numbers in npz files.
func scalar(name string, v float64) string {
	if number := int(v); float64(number) == v && number >= 0 && number <= 2 {
		switch name {
		case "background":
			return form.Background(number).String()
		case "framing":
			return form.Framing(number).String()
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// replace replaces hints by what the metadata says about images.
func (f file) replace(h *Hints) error {
	if f.metadata["height"] != "" || f.metadata["width"] != "" {
		h.Height, _ = strconv.Atoi(f.metadata["height"]) // text that is not a number becomes 0,
		h.Width, _ = strconv.Atoi(f.metadata["width"])   // which the check of the model refuses
	}
	text, known := f.metadata["pixel_scale"]
	if !known {
		return nil
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return errors.New("has a pixel_scale that is not a number")
	}
	if !(scale > 0) || math.IsInf(scale, 0) {
		return fmt.Errorf("metadata: pixel_scale must be a positive number (got %q)", text)
	}
	h.Pixels = &Pixels{Scale: scale, Deviation: 1}
	return nil
}
