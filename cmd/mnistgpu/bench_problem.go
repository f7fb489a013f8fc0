package main

import (
	"bytes"
	"errors"
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model/npz"
	"mnistgpu/internal/train"
)

// How much of a run --problem writes.
const (
	problemEpochs = 20 // whose image order is written
	problemSteps  = 20 // whose loss is written
)

// maxSample is the largest --sample. It bounds the tables that a run keeps of its
// steps.
const maxSample = 1000

// checkSample validates --sample.
func (s *benchSettings) checkSample() error {
	if s.sample < 0 || s.sample > maxSample {
		return fmt.Errorf("--sample %d: want 1 to %d, or 0", s.sample, maxSample)
	}
	if s.sample > 0 && s.measure == "products" {
		return errors.New("--sample is for --measure steps and epochs")
	}
	return nil
}

// checkProblem requires a single case if --problem is given.
func (s *benchSettings) checkProblem() error {
	if s.problem == "" {
		return nil
	}
	if len(s.configs()) > 1 {
		return errors.New("--problem is for one case: want one --preset, --hidden and --batch")
	}
	if len(s.precisions) > 1 || len(s.engines) > 1 || len(s.blas) > 1 {
		return errors.New("--problem is for one case: want one --precision, --engine and --blas")
	}
	return nil
}

// writeProblem writes the case for numpy.load: images and labels of both splits; each
// layer's initial weights and bias; the order of the training images, a row for each
// epoch; the losses of the first steps on b; and the batch size, pixel scale and
// learning rate.
func (s *benchSettings) writeProblem(b backend.Backend, data *mnist.Dataset) error {
	config := s.configs()[0]
	p, err := train.NewProblem(b, data, config, problemEpochs, problemSteps)
	if err != nil {
		return err
	}
	var orders []int64
	for _, order := range p.Orders {
		for _, i := range order {
			orders = append(orders, int64(i))
		}
	}
	arrays := append(split("train", data, data.Train), split("test", data, data.Test)...)
	for _, t := range p.Model.Tensors {
		arrays = append(arrays, npz.Array{Name: t.Name, Shape: t.Shape, Values: t.Values})
	}
	arrays = append(arrays,
		npz.Array{Name: "orders", Shape: []int{len(p.Orders), len(p.Orders[0])}, Values: orders},
		npz.Array{Name: "losses", Shape: []int{len(p.Losses)}, Values: p.Losses},
		npz.Array{Name: "batch", Values: []int64{int64(p.Batch)}},
		npz.Array{Name: "pixel_scale", Values: []float64{config.PixelScale}},
		npz.Array{Name: "learning_rate", Values: []float64{config.LearningRate}})
	var file bytes.Buffer
	if err := npz.Write(&file, arrays...); err != nil {
		return err
	}
	if err := writeNew(s.problem, file.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Printf("%s: %s, batch %s, on %s, %s\n", s.problem, layout(p.Model), thousands(p.Batch), data.Name, b.Device())
	return err
}

// split returns the arrays of a split's images and labels.
func split(name string, data *mnist.Dataset, s mnist.Split) []npz.Array {
	return []npz.Array{
		{Name: name + "_images", Shape: []int{s.Len(), data.Height * data.Width}, Values: s.Images},
		{Name: name + "_labels", Shape: []int{s.Len()}, Values: s.Labels},
	}
}
