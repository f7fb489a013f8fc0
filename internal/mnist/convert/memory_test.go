package convert

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
)

// random returns images of any pixels.
func random(images, height, width int) mnist.Split {
	s := mnist.Split{Images: make([]byte, images*height*width), Labels: make([]byte, images)}
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range s.Images {
		s.Images[i] = byte(draw.Uint32())
	}
	for i := range s.Labels {
		s.Labels[i] = byte(i % 10)
	}
	return s
}

// Loading takes the memory of the pixels and little more: all that is allocated, garbage
// included, is at most 1.15 times the pixels and 4 MiB of buffers.
func TestMemory(t *testing.T) {
	s := random(30_000, 28, 28)
	x, y := imagesIDX(s), labelsIDX(s)
	cold := npz(t, 8, "x", imagesNPY(s), "y", labelsNPY(s))
	for name, files := range map[string]map[string][]byte{
		"IDX":      {"images": x, "labels": y},
		"IDX, gz":  {"images.gz": hostile.Gzip(t, x), "labels.gz": hostile.Gzip(t, y)},
		"npz":      {"x.npz": cold},
		"npy":      {"x.npy": imagesNPY(s), "y.npy": labelsNPY(s)},
		"of float": {"x.npy": npy(">f2", false, []int{30_000, 784}, make([]byte, 2*len(s.Images))), "y.npy": labelsNPY(s)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := store(t, files)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			set, err := Load(dir, Options{})
			runtime.ReadMemStats(&after)
			if err != nil || set.Train.Len() != 30_000 {
				t.Fatal(err)
			}
			pixels := float64(len(s.Images))
			if taken := float64(after.TotalAlloc - before.TotalAlloc); taken > 1.15*pixels+4<<20 {
				t.Errorf("%.1f MB of pixels take %.1f MB", pixels/1e6, taken/1e6)
			}
			before = after
			if _, err := set.Dataset(0.2, 1); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if taken := float64(after.TotalAlloc - before.TotalAlloc); taken > 4<<20 {
				t.Errorf("the split takes %.1f MB", taken/1e6)
			}
		})
	}
}

// Images may be larger than those of any known data set.
func TestLargeImages(t *testing.T) {
	s := random(3, 1000, 1000)
	dir := store(t, map[string][]byte{"images": idx(8, []int{3, 1000, 1000}, s.Images), "labels": labelsIDX(s)})
	set := load(t, dir, Options{Memory: 4_000_000}, s, mnist.Split{})
	if set.Height != 1000 || set.Width != 1000 {
		t.Errorf("%dx%d", set.Height, set.Width)
	}
	if _, err := Load(dir, Options{Memory: 3_000_000}); err == nil { // not enough for the labels
		t.Error("took more memory than allowed")
	}
}

// The names beside a data set are those of the labels from 0, even if they are numbers.
func TestNamesBesideIDX(t *testing.T) {
	dir := store(t, map[string][]byte{"images": imagesIDX(all), "labels": labelsIDX(all), "classes.txt": []byte("\ufeff9\n8\n7\n6\n5\n4\n3\n2\n1\n0\nten\n")})
	set := load(t, dir, Options{}, all, mnist.Split{})
	if len(set.Names) != 11 || set.Names[0] != "9" {
		t.Errorf("%q", set.Names)
	}
	write(t, filepath.Join(dir, "classes.txt"), []byte("a\na\n"))
	_, err := Load(dir, Options{})
	checkFault(t, err, "classes.txt: name 2 must be unique")
	if err := os.Remove(filepath.Join(dir, "classes.txt")); err != nil {
		t.Fatal(err)
	}
	if set := load(t, dir, Options{}, all, mnist.Split{}); set.Names[0] != "zero" {
		t.Errorf("%q", set.Names)
	}
}
