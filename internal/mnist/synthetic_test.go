package mnist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"testing"
)

// sum returns a hash of all images and labels.
func (d *Dataset) sum() string {
	h := sha256.New()
	for _, s := range []Split{d.Train, d.Test} {
		h.Write(s.Images)
		h.Write(s.Labels)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The pinned hash makes results on synthetic data comparable between versions:
// it may only change together with the description of the data.
func TestSyntheticPinned(t *testing.T) {
	const want = "fe3e0640134b1cb026145952bc3fda92c2dd15aa4572033758d1e057d7e7bf5f"
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		if got := Synthetic(1000, 100, 1).sum(); got != want {
			t.Errorf("with %d processors the hash is %s: want %s", n, got, want)
		}
	}
}

func TestSyntheticStreams(t *testing.T) {
	large, small := Synthetic(300, 200, 5), Synthetic(100, 200, 5)
	if !bytes.Equal(large.Train.Images[:len(small.Train.Images)], small.Train.Images) {
		t.Error("images depend on how many there are")
	}
	if !bytes.Equal(large.Test.Images, small.Test.Images) {
		t.Error("test images depend on the number of training images")
	}
	if large.sum() == Synthetic(300, 200, 6).sum() {
		t.Error("two seeds give the same data")
	}
	seen := map[string]bool{}
	for _, s := range []Split{large.Train, large.Test} {
		for i := range s.Len() {
			seen[string(s.Images[i*side*side:][:side*side])] = true
		}
	}
	if len(seen) != 500 {
		t.Errorf("%d of 500 images are different: want all", len(seen))
	}
}

// In MNIST's training set 80.9 % of the pixels are black, the mean pixel is
// 33.3 and the centre of mass is (13.5, 13.5), the middle of the image.
func TestSyntheticLikeMNIST(t *testing.T) {
	const n = 10_000
	s := Synthetic(n, 0, 1).Train
	var black, total, xTotal, yTotal float64
	for i, v := range s.Images {
		if v == 0 {
			black++
		}
		total += float64(v)
		xTotal += float64(v) * float64(i%side)
		yTotal += float64(v) * float64(i/side%side)
	}
	pixels := float64(len(s.Images))
	for _, test := range []struct {
		name           string
		got, low, high float64
	}{
		{"black pixels", black / pixels, 0.77, 0.83},
		{"mean pixel", total / pixels, 30, 37},
		{"centre, x", xTotal / total, 13, 14},
		{"centre, y", yTotal / total, 13, 14},
	} {
		t.Logf("%s: %.3f", test.name, test.got)
		if !(test.got >= test.low && test.got <= test.high) {
			t.Errorf("%s is %.3f: want %g to %g", test.name, test.got, test.low, test.high)
		}
	}
	// Five standard deviations of a binomial count are 150.
	for digit := range byte(10) {
		if count := bytes.Count(s.Labels, []byte{digit}); count < n/10-150 || count > n/10+150 {
			t.Errorf("%d of %d images show %d: want about a tenth", count, n, digit)
		}
	}
}

// Images of a digit resemble each other, but not so much that comparing with their mean
// would be enough. The nearest mean classifies 82 % of MNIST's digits correctly and 64 %
// of these; a guess 10 %.
func TestSyntheticDifficulty(t *testing.T) {
	d := Synthetic(10_000, 2_000, 1)
	var means [10][side * side]float64
	var counts [10]float64
	for i, label := range d.Train.Labels {
		counts[label]++
		for j, v := range d.Train.Images[i*side*side:][:side*side] {
			means[label][j] += float64(v)
		}
	}
	for label := range means {
		for j := range means[label] {
			means[label][j] /= counts[label]
		}
	}
	right := 0
	for i, label := range d.Test.Labels {
		if nearest(&means, d.Test.Images[i*side*side:][:side*side]) == label {
			right++
		}
	}
	share := float64(right) / float64(d.Test.Len())
	t.Logf("nearest mean: %.3f", share)
	if !(share >= 0.55 && share <= 0.75) {
		t.Errorf("the nearest mean finds %.3f: want 0.55 to 0.75", share)
	}
}

// nearest returns which of means is nearest to image.
func nearest(means *[10][side * side]float64, image []byte) byte {
	best, least := byte(0), -1.0
	for label := range means {
		distance := 0.0
		for j, v := range image {
			diff := float64(v) - means[label][j]
			distance += diff * diff
		}
		if least < 0 || distance < least {
			best, least = byte(label), distance
		}
	}
	return best
}

// A stroke that grows leaves more ink, around holes as well, so that normals
// point out of the ink on all outlines.
func TestGlyphNormals(t *testing.T) {
	for f, face := range faces() {
		for digit, g := range face {
			for i, polygon := range g {
				before, after := area(polygon, 0), area(polygon, 0.01)
				if after <= before {
					t.Errorf("face %d, digit %d, outline %d: area goes from %g to %g", f, digit, i, before, after)
				}
			}
		}
	}
}

// area returns the signed area of polygon, grown by weight: positive for ink,
// negative for holes, which shrink.
func area(polygon []vertex, weight float64) float64 {
	sum := 0.0
	for i, v := range polygon {
		w := polygon[(i+1)%len(polygon)]
		x0, y0 := v.x+weight*v.nx, v.y+weight*v.ny
		x1, y1 := w.x+weight*w.nx, w.y+weight*w.ny
		sum += (x0*y1 - x1*y0) / 2
	}
	return sum
}

func BenchmarkSynthetic(b *testing.B) {
	for b.Loop() {
		Synthetic(60_000, 10_000, 1)
	}
}
