package convert

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert/picture"
	"mnistgpu/internal/mnist/convert/sample"
)

const (
	// fuzzMemory is what the images of a hostile file may take. A header can claim as much
	// with a few bytes, and an image of numbers takes eight times its pixels.
	fuzzMemory = 1 << 18

	// readings is how often a file is read: to find its columns, to survey it and to fill.
	readings = 3

	// reasonSize is the memory, counted four times by CheckCost, that it takes to find out
	// in two readings that a line is bad.
	reasonSize = 128
)

// checkLoad loads path, whose content has the given size when it is unpacked and so many
// samples, each of which may be bad. It checks that the cost is bounded and the result
// valid.
func checkLoad(t *testing.T, path string, size, samples int) {
	t.Helper()
	o := Options{Memory: fuzzMemory, AllowSkipped: true}
	hostile.CheckCost(t, readings*size+reasonSize*samples+4*fuzzMemory, func() { Load(path, o) })
	checkValid(t, path, o)
}

// checkValid loads path and checks that the result or the error is valid.
func checkValid(t *testing.T, path string, o Options) {
	t.Helper()
	set, err := Load(path, o)
	if err != nil {
		if !fault.Is(err, fault.BadData) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is %q: want a fault of one line", err)
		}
		return
	}
	for _, s := range []mnist.Split{set.Train, set.Validation, set.Test} {
		if len(s.Images) != s.Len()*set.Height*set.Width {
			t.Errorf("%d labels and %d bytes of %dx%d", s.Len(), len(s.Images), set.Height, set.Width)
		}
		for _, label := range s.Labels {
			if int(label) >= len(set.Names) {
				t.Errorf("label %d of %d classes", label, len(set.Names))
			}
		}
	}
	if err := mnist.CheckNames(set.Names); err != nil {
		t.Error(err)
	}
}

// write writes content into the folder of a fuzz worker.
func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// unpacked is the size of content or, if it is compressed, of what it unpacks to.
func unpacked(content []byte) int {
	const enough = 32 << 20
	size := len(content)
	if z, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
		n, _ := io.Copy(io.Discard, io.LimitReader(z, enough))
		size = max(size, int(n))
	}
	if z, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				n, _ := io.Copy(io.Discard, io.LimitReader(r, enough))
				size += int(n)
			}
		}
	}
	return size
}

// samplesOf is how many samples a file can have: a line each or, in an archive, a byte.
func samplesOf(content []byte) int {
	if bytes.HasPrefix(content, []byte("PK")) || bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		return unpacked(content)
	}
	return 1 + bytes.Count(content, []byte("\n"))
}

func FuzzIDX(f *testing.F) {
	f.Add(imagesIDX(digits.Test), labelsIDX(digits.Test))
	f.Add(idx(0x0d, []int{2, 1, 1}, []byte{0x3f, 0x80, 0, 0, 0, 0, 0, 0}), idx(0x0c, []int{2, 8}, make([]byte, 64)))
	f.Add(hostile.Gzip(f, imagesIDX(digits.Test)), idx(8, []int{1 << 30}, nil))
	f.Add(hostile.Gzip(f, idx(8, []int{1 << 20, 1, 1}, nil)), hostile.Gzip(f, idx(0x0b, []int{1 << 20}, make([]byte, 100))))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		write(t, filepath.Join(dir, "images-idx3"), images)
		write(t, filepath.Join(dir, "labels-idx1"), labels)
		size := unpacked(images) + unpacked(labels)
		checkLoad(t, dir, size, size)
	})
}

func FuzzNPY(f *testing.F) {
	f.Add(imagesNPY(digits.Test), labelsNPY(digits.Test))
	f.Add(npy(">f4", true, []int{2, 1, 2}, make([]byte, 16)), npy("<U2", false, []int{2}, make([]byte, 16)))
	f.Add(npy("|u1", false, []int{1 << 20, 1 << 20, 3}, nil), npy("|b1", false, []int{3, 10}, make([]byte, 30)))
	f.Add([]byte("\x93NUMPY\x02\x00\x10\x00\x00\x00{'shape': (1,)}\n"), hostile.Gzip(f, npy("<i8", false, []int{1 << 20}, nil)))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		write(t, filepath.Join(dir, "images.npy"), images)
		write(t, filepath.Join(dir, "labels.npy"), labels)
		size := unpacked(images) + unpacked(labels)
		checkLoad(t, dir, size, size)
	})
}

func FuzzNPZ(f *testing.F) {
	f.Add(npz(f, zip.Deflate, "x_train", imagesNPY(digits.Test), "y_train", labelsNPY(digits.Test)))
	f.Add(npz(f, zip.Store, "arr_0", npy("|u1", true, []int{2, 2}, []byte{1, 2, 3, 4}), "arr_1", npy("|u1", false, []int{2}, []byte{0, 1})))
	f.Add(npz(f, zip.Store, "x", npy("<f2", false, []int{2, 0}, nil), "y", npy("|S1", false, []int{2}, []byte("ab"))))
	fuzzFile(f, "x.npz")
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("label,p0,p1,p2,p3\n0,1,2,3,4\n1,5,6,7,200\n1,9,9,9,9\n0,0,0,0,0\n"))
	f.Add([]byte("\ufeff\"1\"; 5,0\r\n0;300\n0;1\n\n1;7"))
	f.Add([]byte("0," + strings.Repeat("1,", 783) + "1\n"))
	f.Add([]byte("id\tclass\ta\n0\tcat\t0.5\n1\tdog\t1\n"))
	f.Add([]byte(strings.Repeat(",\n", 100)))
	fuzzFile(f, "x.csv")
}

func FuzzSVMLight(f *testing.F) {
	f.Add([]byte("1 1:100 4:200\n0 2:100 # x\n"))
	f.Add([]byte("-1 qid:1 0:0.5 16777216:1\n+1 1:1\n"))
	f.Add([]byte("# only\n1 1:1e999\n"))
	fuzzFile(f, "x.svm")
}

func FuzzARFF(f *testing.F) {
	f.Add(arffOf("{cat,dog}", "1,2,3,100,7,'a, b',dog\n{1 200, 6 cat}\n"))
	f.Add(arffOf("{'a\\'b'}", "1,2,3,100,7,?,'a\\'b',{2}\n"))
	f.Add([]byte("@relation x\n" + strings.Repeat("@attribute a real\n", 10) + "@data\n{9 1}\n"))
	fuzzFile(f, "x.arff")
}

func fuzzFile(f *testing.F, name string) {
	path := filepath.Join(f.TempDir(), name)
	f.Fuzz(func(t *testing.T, content []byte) {
		write(t, path, content)
		checkLoad(t, path, unpacked(content), samplesOf(content))
	})
}

// decodedSize is the size of a file or, if more, of the picture that it unpacks to, with
// what decoders take for each pixel.
func decodedSize(content []byte) int {
	size, why := picture.Size(bytes.NewReader(content), &sample.Request{Memory: fuzzMemory})
	if why != nil {
		return len(content)
	}
	return len(content) + 16*size.X*size.Y
}

func FuzzPicture(f *testing.F) {
	f.Add(plain(f, 3, 2, color.Gray{9}))
	f.Add(plain(f, 28, 28, color.NRGBA{255, 0, 0, 100}))
	f.Add(encode(f, digit(digits.Test, 0), png.Encode))
	for _, name := range []string{"jpg", "gif", "bmp", "tiff"} {
		f.Add(encode(f, digit(digits.Test, 0), encoders[name]))
	}
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		write(t, filepath.Join(dir, "a", "1"), content)
		write(t, filepath.Join(dir, "a", "2"), content)
		write(t, filepath.Join(dir, "b", "1"), content)
		checkLoad(t, dir, 3*decodedSize(content), 3)
	})
}

// Files that consist only of structure take no more memory than others.
func TestFilesThatSwell(t *testing.T) {
	dir := t.TempDir()
	for i, line := range []string{
		"0,1\n", "\n", "0\n", ",\n", `"` + "\n", strings.Repeat(",", 1<<18) + "\n",
		"0" + strings.Repeat(",1", 65536) + "\n", "0" + strings.Repeat(`,"255"`, 65536) + "\n",
		"0 1:1\n", "0 9:1 9:1\n", "@attribute a real\n", "{1 1}\n", "%\n",
	} {
		for _, start := range []string{"", "@relation x\n@attribute a real\n@attribute b {0,1}\n@data\n", "@relation x\n"} {
			for _, n := range []int{1, max(3, 1<<18/len(line))} {
				content := []byte(start + strings.Repeat(line, n))
				path := filepath.Join(dir, "x.txt")
				write(t, path, content)
				checkLoad(t, path, len(content), samplesOf(content))
				if t.Failed() {
					t.Fatalf("line %d, %d times after %q", i, n, start)
				}
			}
		}
	}
}
