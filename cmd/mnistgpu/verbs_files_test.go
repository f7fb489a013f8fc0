package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/draw"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/mnist/photo/phototest"
)

func digits(ts *testscript.TestScript, neg bool, args []string) {
	sizes := [2]int{600, 200}
	for i, arg := range args[1:] {
		var err error
		sizes[i], err = strconv.Atoi(arg)
		ts.Check(err)
	}
	ts.Check(writeDigits(ts.MkAbs(args[0]), sizes[0], sizes[1]))
}

// writeDigits writes a data set of drawn digits into a folder.
func writeDigits(dir string, training, test int) error {
	data := mnist.Synthetic(training, test, 1)
	err := os.MkdirAll(dir, 0o777)
	for prefix, split := range map[string]mnist.Split{"train": data.Train, "t10k": data.Test} {
		var images, labels bytes.Buffer
		err = errors.Join(err,
			mnist.WriteImages(&images, mnist.Images{Height: data.Height, Width: data.Width, Pixels: split.Images}),
			mnist.WriteLabels(&labels, split.Labels),
			os.WriteFile(filepath.Join(dir, prefix+"-images-idx3-ubyte"), images.Bytes(), 0o666),
			os.WriteFile(filepath.Join(dir, prefix+"-labels-idx1-ubyte"), labels.Bytes(), 0o666))
	}
	return err
}

func photos(ts *testscript.TestScript, neg bool, args []string) {
	data, err := mnist.LoadDir(ts.MkAbs(args[0]), 10)
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o777))
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	random := rand.New(rand.NewPCG(1, 0))
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	for i := range n {
		picture := photo(data.Test.Images[i*28*28:][:28*28], image.Pt(random.IntN(31)-15, random.IntN(31)-15))
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%04d-%d.png", i, data.Test.Labels[i])))
		ts.Check(err)
		ts.Check(fast.Encode(f, picture))
		ts.Check(f.Close())
	}
}

// madePhotos names pictures KIND-NUMBER-LABEL.jpg.
func madePhotos(ts *testscript.TestScript, neg bool, args []string) {
	data, err := mnist.LoadDir(ts.MkAbs(args[0]), 10)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.MkAbs(args[1]), 0o777))
	for k, kind := range phototest.Kinds() {
		for i := range n {
			at := k*n + i
			picture := kind.Make(uint64(at), data.Test.Images[at*28*28:][:28*28])
			name := fmt.Sprintf("%s-%04d-%d.jpg", kind.Name, i, data.Test.Labels[at])
			f, err := os.Create(filepath.Join(ts.MkAbs(args[1]), name))
			ts.Check(err)
			ts.Check(jpeg.Encode(f, picture, &jpeg.Options{Quality: 90}))
			ts.Check(f.Close())
		}
	}
}

// photo returns an image of 28x28 at five times its size, inverted and moved.
func photo(pixels []byte, by image.Point) image.Image {
	small := &image.Gray{Pix: pixels, Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	large := image.NewGray(image.Rect(0, 0, 140, 140))
	draw.BiLinear.Scale(large, large.Rect.Add(by), small, small.Rect, draw.Src, nil)
	for i, v := range large.Pix {
		large.Pix[i] = 255 - v
	}
	return large
}

func pictures(ts *testscript.TestScript, neg bool, args []string) {
	data, err := mnist.LoadDir(ts.MkAbs(args[0]), 10)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	inverted, side := len(args) > 3 && args[3] == "true", data.Height
	if len(args) > 4 {
		side, err = strconv.Atoi(args[4])
		ts.Check(err)
	}
	write := func(pixels []byte, path ...string) {
		img := squeezed(pixels, data.Width, side)
		if inverted {
			form.Invert(img.Pix)
		}
		file := filepath.Join(append([]string{ts.MkAbs(args[1])}, path...)...)
		var content bytes.Buffer
		ts.Check(errors.Join(png.Encode(&content, img), os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, content.Bytes(), 0o666)))
	}
	size := data.Height * data.Width
	var count [10]int
	for i, label := range data.Train.Labels {
		if count[label]++; count[label] <= n {
			write(data.Train.Images[i*size:][:size], "train", strconv.Itoa(int(label)), strconv.Itoa(i)+".png")
		}
	}
	for i, label := range data.Train.Labels[:n] {
		write(data.Train.Images[i*size:][:size], "asked", fmt.Sprintf("%04d-%d.png", i, label))
	}
}

// squeezed returns an image of side x side: the same one, if it has that size, and
// otherwise its ink.
func squeezed(pixels []byte, width, side int) *image.Gray {
	whole := &image.Gray{Pix: bytes.Clone(pixels), Stride: width, Rect: image.Rect(0, 0, width, len(pixels)/width)}
	if width == side {
		return whole
	}
	var box image.Rectangle
	for i, v := range pixels {
		if at := image.Pt(i%width, i/width); v >= 64 {
			box = box.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		}
	}
	small := image.NewGray(image.Rect(0, 0, side, side))
	wide := max(1, box.Dx()*side/max(box.Dx(), box.Dy()))
	high := max(1, box.Dy()*side/max(box.Dx(), box.Dy()))
	middle := image.Rect(0, 0, wide, high).Add(image.Pt((side-wide)/2, (side-high)/2))
	draw.BiLinear.Scale(small, middle, whole, box, draw.Src, nil)
	return small
}

func overwrite(ts *testscript.TestScript, neg bool, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	value, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(content[offset:], value)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o666))
}

func truncate(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}
