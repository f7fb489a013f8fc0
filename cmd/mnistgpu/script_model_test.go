package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/draw"

	"mnistgpu/internal/mnist"
)

// agrees EVAL HISTORY checks that the JSON object of eval has, digit for digit, the
// test loss and the test accuracy in the last line of a history.
func agrees(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	last := map[string]string{}
	for i, name := range lines[0] {
		last[name] = lines[len(lines)-1][i]
	}
	for key, name := range map[string]string{"loss": "test_loss", "accuracy": "test_accuracy"} {
		if got, want := string(object[key]), last[name]; got != want || got == "" {
			ts.Fatalf("%s is %q, want the %s %q", key, got, name, want)
		}
	}
}

// sums FILE ROWS checks that a CSV of predictions has that many rows, numbered from 0,
// whose probabilities add up to 1.
func sums(ts *testscript.TestScript, neg bool, args []string) {
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	if got := strconv.Itoa(len(lines) - 1); got != args[1] {
		ts.Fatalf("%s has %s rows, want %s", args[0], got, args[1])
	}
	for i, line := range lines[1:] {
		if line[0] != strconv.Itoa(i) {
			ts.Fatalf("row %d has the index %s", i, line[0])
		}
		var sum float64
		for _, field := range line[3:] {
			p, err := strconv.ParseFloat(field, 64)
			ts.Check(err)
			sum += p
		}
		// Each of the ten numbers was rounded to float32.
		if !(math.Abs(sum-1) <= 1e-6) {
			ts.Fatalf("the probabilities of row %d add up to %v", i, sum)
		}
	}
}

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
	var object struct {
		Images []struct {
			Image string
			Top   []struct{ Class int }
		}
	}
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
