package browsertest

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small trains on images of 8x8 that are full of ink, as those of scikit-learn are, and
// returns the folder of the run. They are MNIST's, cropped and shrunk.
func small(t *testing.T) string {
	t.Helper()
	const images, size = 6000, 28 * 28
	pixels := unpacked(t, "train-images-idx3-ubyte.gz")[16:]
	labels := unpacked(t, "train-labels-idx1-ubyte.gz")[8:]
	dir := t.TempDir()
	table, data, run := filepath.Join(dir, "small.csv"), filepath.Join(dir, "data"), filepath.Join(dir, "small")
	var lines strings.Builder
	for i := range images {
		fmt.Fprintf(&lines, "%d,%s\n", labels[i], shrunk(pixels[i*size:][:size]))
	}
	if err := os.WriteFile(table, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	tool(t, "data", "import", table, "--out", data)
	tool(t, "train", "--data", data, "--backend", "cpu", "--epochs", "30", "--batch", "32", "--lr", "0.2", "--quiet", "--run-dir", run)
	return run
}

// unpacked returns the content of a file of MNIST.
func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(os.Getenv("MNISTGPU_DATA"), name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// shrunk returns the ink of an image of 28x28 in 8x8 pixels, between commas. The larger
// side of its box, of 20 pixels, becomes 8, and each pixel is the mean of those below it.
func shrunk(image []byte) string {
	const side, box = 28, 20
	left, top, right, bottom := side, side, 0, 0
	for i, v := range image {
		if v >= 64 {
			left, right = min(left, i%side), max(right, i%side+1)
			top, bottom = min(top, i/side), max(bottom, i/side+1)
		}
	}
	left, top = (left+right-box)/2, (top+bottom-box)/2
	var pixels []string
	for y := range 8 {
		for x := range 8 {
			sum, n := 0, 0
			for v := top + y*box/8; v < top+(y+1)*box/8; v++ {
				for u := left + x*box/8; u < left+(x+1)*box/8; u++ {
					if u >= 0 && u < side && v >= 0 && v < side {
						sum += int(image[v*side+u])
					}
					n++
				}
			}
			pixels = append(pixels, fmt.Sprint(sum/n))
		}
	}
	return strings.Join(pixels, ",")
}

// TestSmallImages draws for a model whose images do not look like MNIST's.
func TestSmallImages(t *testing.T) {
	needMNIST(t)
	b := open(t, start(t, small(t)), desktop)
	b.ready()
	if got := b.text("seen-note"); got != "The drawing, cropped, in 8×8 pixels." {
		t.Errorf("the page says %q", got)
	}
	if right := b.read(digits[:]); right < wanted {
		t.Errorf("%d of 10 digits read right, want %d", right, wanted)
	}
	b.draw(digits[0])
	b.settled()
	seen := `document.getElementById("seen").toDataURL()`
	cropped := value[string](b, seen)
	value[bool](b, `(() => { const way = document.getElementById("prepare"); way.value = "mnist"; return way.dispatchEvent(new Event("change")); })()`)
	b.until(fmt.Sprintf("%s !== %q", seen, cropped))
	if got := b.text("seen-note"); got != "The drawing, cropped and centred, in 8×8 pixels." {
		t.Errorf("prepared as MNIST's, the page says %q", got)
	}
}
