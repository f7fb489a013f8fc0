package model

import (
	"bytes"
	"fmt"
	"strconv"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/model/npz"
)

// savePredictions writes a new file in the format that its name asks for.
func (r *evalResult) savePredictions(path string, labels []byte) error {
	content := r.predictionsCSV(labels)
	if extension(path) == ".npz" {
		var err error
		if content, err = r.predictionsNPZ(labels); err != nil {
			return err
		}
	}
	return shared.WriteNew(path, content)
}

// predictionsCSV returns a line for each image: its index, label and predicted class,
// and the probability of each class with the digits of a float32.
func (r *evalResult) predictionsCSV(labels []byte) []byte {
	var b bytes.Buffer
	b.WriteString("index,label,predicted")
	classes := len(r.Classes)
	for k := range classes {
		fmt.Fprintf(&b, ",p%d", k)
	}
	for i, label := range labels {
		fmt.Fprintf(&b, "\n%d,%d,%d", i, label, r.predicted[i])
		for _, p := range r.probabilities[i*classes : (i+1)*classes] {
			b.WriteByte(',')
			b.Write(strconv.AppendFloat(b.AvailableBuffer(), p, 'g', -1, 32))
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// predictionsNPZ returns the same numbers as arrays. Labels are as wide as the predicted
// classes, since NumPy computes with uint8 in 8 bits: labels * classes + predicted, the
// usual index into a confusion matrix, would wrap.
func (r *evalResult) predictionsNPZ(labels []byte) ([]byte, error) {
	n := len(labels)
	wide, predicted := make([]int64, n), make([]int64, n)
	for i := range n {
		wide[i], predicted[i] = int64(labels[i]), int64(r.predicted[i])
	}
	probabilities := make([]float32, len(r.probabilities))
	for i, p := range r.probabilities {
		probabilities[i] = float32(p)
	}
	var b bytes.Buffer
	err := npz.Write(&b,
		npz.Array{Name: "labels", Shape: []int{n}, Values: wide},
		npz.Array{Name: "predicted", Shape: []int{n}, Values: predicted},
		npz.Array{Name: "probabilities", Shape: []int{n, len(r.Classes)}, Values: probabilities})
	return b.Bytes(), err
}
