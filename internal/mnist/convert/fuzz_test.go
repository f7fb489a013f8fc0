package convert

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
)

// reasonSize is the memory, counted four times by CheckCost, that it takes to format
// and drop the reason why something is skipped.
const reasonSize = 64

// checkImport imports path, whose content has the given size, and checks that the
// result is valid.
func checkImport(t *testing.T, path string, size int) {
	t.Helper()
	var d *mnist.Dataset
	var names []string
	skipped := 0
	Read(path, Options{TestFraction: 0.5, Skip: func(Skipped) { skipped++ }})
	var err error
	hostile.CheckCost(t, size+reasonSize*skipped, func() { d, names, err = Read(path, Options{TestFraction: 0.5}) })
	if err != nil {
		if !fault.Is(err, fault.BadData) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is %q: want a fault of one line", err)
		}
		return
	}
	for _, s := range []mnist.Split{d.Train, d.Test} {
		if s.Len() == 0 || len(s.Images) != s.Len()*d.Height*d.Width {
			t.Errorf("%d labels and %d bytes of %dx%d", s.Len(), len(s.Images), d.Height, d.Width)
		}
		for _, label := range s.Labels {
			if int(label) >= len(names) {
				t.Errorf("label %d of %d classes", label, len(names))
			}
		}
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

func FuzzCSV(f *testing.F) {
	f.Add([]byte("label,p0,p1,p2,p3\n0,1,2,3,4\n1,5,6,7,8\n1,9,9,9,9\n0,0,0,0,0\n"))
	f.Add([]byte("\ufeff\"1\", 5\r\n0,300\n0,1\n\n1,7"))
	f.Add([]byte("0," + strings.Repeat("1,", 783) + "1\n"))
	f.Add([]byte(strings.Repeat(",\n", 100)))
	path := filepath.Join(f.TempDir(), "x.csv")
	f.Fuzz(func(t *testing.T, content []byte) {
		write(t, path, content)
		checkImport(t, path, len(content))
	})
}

// decodedSize is the size of the file or, if more, of the picture that it
// unpacks to, with up to eight bytes a pixel.
func decodedSize(content []byte) int {
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Height > mnist.MaxPixels/config.Width {
		return len(content)
	}
	return len(content) + 8*config.Width*config.Height
}

func FuzzPNG(f *testing.F) {
	f.Add(encode(f, 3, 2, color.Gray{9}))
	f.Add(encode(f, 28, 28, color.NRGBA{255, 0, 0, 100}))
	f.Add(encode(f, 256, 256, color.Gray16{0x8000}))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		write(t, filepath.Join(dir, "a", "1.png"), content)
		write(t, filepath.Join(dir, "a", "2.png"), content)
		write(t, filepath.Join(dir, "b", "1.png"), content)
		checkImport(t, dir, 3*decodedSize(content))
	})
}

// Files that consist only of structure, and pictures that compress extremely well, take
// no more memory than others.
func TestImportsThatSwell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	for _, line := range []string{
		"0,1\n", "\n", "0\n", ",\n", `"` + "\n", strings.Repeat(",", maxLine-2) + "\n",
		"0" + strings.Repeat(",1", 65536) + "\n", "0" + strings.Repeat(`,"255"`, 65536) + "\n",
	} {
		for _, n := range []int{1, max(3, 1<<18/len(line))} {
			content := []byte(strings.Repeat(line, n))
			write(t, path, content)
			checkImport(t, path, len(content))
		}
	}
	for _, size := range [][2]int{{1, 65536}, {65536, 1}, {256, 256}} {
		for i, c := range []color.Color{color.Gray{1}, color.NRGBA64{1 << 14, 2, 3, 1 << 15}} {
			dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
			content := encode(t, size[0], size[1], c)
			write(t, filepath.Join(dir, "a", "1.png"), content)
			write(t, filepath.Join(dir, "b", "1.png"), content)
			write(t, filepath.Join(dir, "b", "2.png"), content)
			checkImport(t, dir, 3*decodedSize(content))
		}
	}
}
