package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

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

// decodeTensors reads either kind of file, which it recognizes by its first bytes.
func decodeTensors(content []byte) (f file, err error) {
	if len(content) > MaxBytes {
		return f, fmt.Errorf("must have at most %d bytes (got %d)", MaxBytes, len(content))
	}
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
			f.metadata[a.Name] = strconv.FormatFloat(values[0], 'g', -1, 64)
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
