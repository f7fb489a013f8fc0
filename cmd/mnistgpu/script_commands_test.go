package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
)

// digits DIR [TRAIN TEST] writes a small data set as four IDX files, of 600 and 200
// images unless given.
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

// pngs SIZE FILE... writes grey pictures of a size such as 28x20, each in a different
// grey.
func pngs(ts *testscript.TestScript, neg bool, args []string) {
	var size settings.Size
	ts.Check(size.Set(args[0]))
	for i, path := range args[1:] {
		picture := image.NewGray(image.Rect(0, 0, size.Width, size.Height))
		for k := range picture.Pix {
			picture.Pix[k] = byte(16 * i)
		}
		var content bytes.Buffer
		ts.Check(png.Encode(&content, picture))
		ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(path)), 0o777))
		ts.Check(os.WriteFile(ts.MkAbs(path), content.Bytes(), 0o666))
	}
}

// poke FILE OFFSET HEX overwrites bytes.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	value, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(content[offset:], value)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o666))
}

// cut FILE N leaves the first N bytes.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// bomb FILE replaces an IDX file by a small gzip file that holds its header
// and then 4 GiB of zeros.
func bomb(ts *testscript.TestScript, neg bool, args []string) {
	const chunk = 16 << 20
	header := ts.ReadFile(args[0])[:16]
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(header))
	ts.Check(err)
	ts.Check(z.Flush())
	start := b.Len()
	_, err = z.Write(make([]byte, chunk))
	ts.Check(err)
	ts.Check(z.Flush())
	// After a flush, the same compressed bytes stand for the same zeros again.
	b.Write(bytes.Repeat(b.Bytes()[start:], 4<<30/chunk-1))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}

// exits CODE COMMAND... runs a command that must end with the given exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != code {
		ts.Fatalf("exit code %d, want %d", got, code)
	}
}

// number FILE KEY LOW HIGH checks that the JSON object in FILE has a number under KEY
// from LOW to HIGH.
func number(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	got, ok := object[args[1]].(float64)
	low, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	high, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if !ok || !(low <= got && got <= high) {
		ts.Fatalf("%s is %v, want %v to %v", args[1], object[args[1]], low, high)
	}
	ts.Logf("%s is %v, within %v to %v", args[1], got, low, high)
}

// same FILE KEY FILE KEY checks that the JSON objects in two files have the same value,
// digit for digit. A key such as best.seed is that of a nested object.
func same(ts *testscript.TestScript, neg bool, args []string) {
	value := func(file, key string) string {
		content := json.RawMessage(ts.ReadFile(file))
		for name := range strings.SplitSeq(key, ".") {
			var object map[string]json.RawMessage
			ts.Check(json.Unmarshal(content, &object))
			content = object[name]
		}
		return string(content)
	}
	if got, want := value(args[0], args[1]), value(args[2], args[3]); got != want || got == "" {
		ts.Fatalf("%s is %q, and %s is %q", args[1], got, args[3], want)
	}
}

// take FILE KEY VARIABLE sets an environment variable to the value of KEY in the JSON
// object in FILE.
func take(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	if object[args[1]] == nil {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	ts.Setenv(args[2], string(object[args[1]]))
}

// close FILE FILE COLUMN LIMIT checks that two CSV files have the same number of lines,
// and numbers under COLUMN whose relative difference is at most LIMIT.
func closeTo(ts *testscript.TestScript, neg bool, args []string) {
	got, want := column(ts, args[0], args[2]), column(ts, args[1], args[2])
	limit, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if len(got) != len(want) || len(got) == 0 {
		ts.Fatalf("%s has %d lines and %s %d", args[0], len(got), args[1], len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= limit*math.Abs(want[i])) {
			ts.Fatalf("line %d: %s is %v and %v", i+2, args[2], got[i], want[i])
		}
	}
}

// column reads a column of numbers below its name.
func column(ts *testscript.TestScript, file, name string) []float64 {
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(file))).ReadAll()
	ts.Check(err)
	at := slices.Index(lines[0], name)
	if at < 0 {
		ts.Fatalf("%s has no column %s", file, name)
	}
	var numbers []float64
	for _, line := range lines[1:] {
		v, err := strconv.ParseFloat(line[at], 64)
		ts.Check(err)
		numbers = append(numbers, v)
	}
	return numbers
}
