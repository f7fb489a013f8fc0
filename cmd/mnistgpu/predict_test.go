package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/draw"

	"mnistgpu/internal/mnist"
)

// photos DATA DIR N writes the first N test images in a folder of IDX files as
// someone else would draw them: 280x280, dark on light and moved by up to 30
// pixels. The file INDEX-LABEL.png has the label in its name.
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
		img := enlarged(data.Test.Images[i*28*28:][:28*28], image.Pt(random.IntN(61)-30, random.IntN(61)-30))
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%04d-%d.png", i, data.Test.Labels[i])))
		ts.Check(err)
		ts.Check(fast.Encode(f, img))
		ts.Check(f.Close())
	}
}

// enlarged returns an image of 28x28 at ten times its size, inverted and moved.
func enlarged(pixels []byte, by image.Point) image.Image {
	small := &image.Gray{Pix: pixels, Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	large := image.NewGray(image.Rect(0, 0, 280, 280))
	draw.BiLinear.Scale(large, large.Rect.Add(by), small, small.Rect, draw.Src, nil)
	for i, v := range large.Pix {
		large.Pix[i] = 255 - v
	}
	return large
}

// knows FILE N LEAST checks that the JSON object of predict in FILE has answers for N
// pictures named INDEX-LABEL.png, and that at least the fraction LEAST of them is
// right.
func knows(ts *testscript.TestScript, neg bool, args []string) {
	var object answers
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	least, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	right := 0
	for _, a := range object.Images {
		_, label, _ := strings.Cut(strings.TrimSuffix(a.Image, ".png"), "-")
		if len(a.Top) > 0 && strconv.Itoa(a.Top[0].Class) == label {
			right++
		}
	}
	n := len(object.Images)
	ts.Logf("%d of %d are right", right, n)
	if strconv.Itoa(n) != args[1] || !(float64(right) >= least*float64(n)) {
		ts.Fatalf("%d of %d are right, want %s of %s", right, n, args[2], args[1])
	}
}
