package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"mnistgpu/internal/model/npz"
)

// savePredictions writes a new file in the format that its name asks for.
func (s *scored) savePredictions(path string, labels []byte) error {
	content := s.predictionsCSV(labels)
	if strings.EqualFold(filepath.Ext(path), ".npz") {
		var err error
		if content, err = s.predictionsNPZ(labels); err != nil {
			return err
		}
	}
	return writeNew(path, content)
}

// predictionsCSV returns a line for each image: its index, label and predicted class,
// and the probability of each class with the digits of a float32.
func (s *scored) predictionsCSV(labels []byte) []byte {
	var b bytes.Buffer
	b.WriteString("index,label,predicted")
	classes := len(s.Classes)
	for k := range classes {
		fmt.Fprintf(&b, ",p%d", k)
	}
	for i, label := range labels {
		fmt.Fprintf(&b, "\n%d,%d,%d", i, label, s.predicted[i])
		for _, p := range s.probabilities[i*classes : (i+1)*classes] {
			b.WriteByte(',')
			b.Write(strconv.AppendFloat(b.AvailableBuffer(), p, 'g', -1, 32))
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// predictionsNPZ returns the same numbers as arrays.
func (s *scored) predictionsNPZ(labels []byte) ([]byte, error) {
	n := len(labels)
	predicted := make([]int64, n)
	for i, k := range s.predicted {
		predicted[i] = int64(k)
	}
	probabilities := make([]float32, len(s.probabilities))
	for i, p := range s.probabilities {
		probabilities[i] = float32(p)
	}
	var b bytes.Buffer
	err := npz.Write(&b,
		npz.Array{Name: "labels", Shape: []int{n}, Values: labels},
		npz.Array{Name: "predicted", Shape: []int{n}, Values: predicted},
		npz.Array{Name: "probabilities", Shape: []int{n, len(s.Classes)}, Values: probabilities})
	return b.Bytes(), err
}
