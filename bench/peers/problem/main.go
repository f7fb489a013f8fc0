// Problem writes what mnistgpu and its peers start from, for numpy.load:
//
//	problem [--data DATA] [--hidden N] [--batch N|full] FILE
//
// The file has the images and labels of both splits; the weights and biases of a new
// network; the order of the training images, a row for each of 20 epochs; and the batch
// size, pixel scale and learning rate. mnistgpu draws the same weights and orders for
// these settings. DATA is as in mnistgpu train.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"

	"mnistgpu/cpu"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model/npz"
	"mnistgpu/internal/train"
)

// epochs is how many orders a problem has.
const epochs = 20

func main() {
	data := flag.String("data", "mnist", "mnist, or a `folder` of IDX files")
	hidden := flag.Int("hidden", 400, "hidden units")
	batch := flag.String("batch", "128", "images of a step, or full")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: problem [--data DATA] [--hidden N] [--batch N|full] FILE")
		os.Exit(2)
	}
	if err := write(flag.Arg(0), *data, *hidden, *batch); err != nil {
		fmt.Fprintln(os.Stderr, "problem:", err)
		os.Exit(1)
	}
}

// write writes the problem to a file. There is no file if it fails.
func write(path, source string, hidden int, batch string) error {
	c := train.Preset("default")
	c.Hidden, c.Batch = []int{hidden}, train.Full
	if batch != "full" {
		var err error
		if c.Batch, err = strconv.Atoi(batch); err != nil {
			return fmt.Errorf("--batch must be a number or full (got %q)", batch)
		}
	}
	data, err := mnist.Open(context.Background(), source, 10, mnist.Environment(os.Getenv))
	if err != nil {
		return err
	}
	arrays, err := problem(data, c)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := npz.Write(&file, arrays...); err != nil {
		return err
	}
	part := path + ".part"
	if err = os.WriteFile(part, file.Bytes(), 0o666); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part)
	}
	return err
}

// problem returns the arrays of the problem of a run of c.
func problem(data *mnist.Dataset, c train.Config) ([]npz.Array, error) {
	b, err := cpu.Open(cpu.Options{})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	p, err := train.NewProblem(b, data, c, epochs)
	if err != nil {
		return nil, err
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
	return append(arrays,
		npz.Array{Name: "orders", Shape: []int{epochs, data.Train.Len()}, Values: orders},
		npz.Array{Name: "batch", Values: []int64{int64(p.Batch)}},
		npz.Array{Name: "pixel_scale", Values: []float64{c.PixelScale}},
		npz.Array{Name: "learning_rate", Values: []float64{c.LearningRate}}), nil
}

// split returns the arrays of a split's images and labels.
func split(name string, data *mnist.Dataset, s mnist.Split) []npz.Array {
	return []npz.Array{
		{Name: name + "_images", Shape: []int{s.Len(), data.Height * data.Width}, Values: s.Images},
		{Name: name + "_labels", Shape: []int{s.Len()}, Values: s.Labels},
	}
}
