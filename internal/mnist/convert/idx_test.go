package convert

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
)

// The four files of a data set, in the spellings of MNIST, QMNIST, Kuzushiji-MNIST and
// torchvision.
func TestIDXNames(t *testing.T) {
	trainX, trainY, testX, testY := imagesIDX(digits.Train), labelsIDX(digits.Train), imagesIDX(digits.Test), labelsIDX(digits.Test)
	columns := func(s mnist.Split) []byte {
		var rows []byte
		for _, label := range s.Labels {
			rows = append(rows, bytesOf(t, binary.BigEndian, []byte{label, 4, 3, 2, 1, 0, 9, 9}, func(v byte) int32 { return int32(v) })...)
		}
		return idx(0x0c, []int{s.Len(), 8}, rows)
	}
	for name, test := range map[string]struct {
		files map[string][]byte
		path  string
		facts []string
	}{
		"MNIST": {map[string][]byte{
			"train-images-idx3-ubyte": trainX, "train-labels-idx1-ubyte": trainY, "t10k-images-idx3-ubyte": testX, "t10k-labels-idx1-ubyte": testY,
			"README.md": []byte("# MNIST\n"),
		}, "", nil},
		"MNIST, of one file": {map[string][]byte{
			"train-images.idx3-ubyte": trainX, "train-labels.idx1-ubyte": trainY, "t10k-images.idx3-ubyte": testX, "t10k-labels.idx1-ubyte": testY,
			"other-train-images-idx3-ubyte": testX, "other-train-labels-idx1-ubyte": testY,
		}, "train-labels.idx1-ubyte", nil},
		"torchvision": {map[string][]byte{
			"MNIST/raw/train-images-idx3-ubyte": trainX, "MNIST/raw/train-labels-idx1-ubyte": trainY,
			"MNIST/raw/t10k-images-idx3-ubyte": testX, "MNIST/raw/t10k-labels-idx1-ubyte": testY,
			"MNIST/raw/train-images-idx3-ubyte.gz": hostile.Gzip(t, trainX), "MNIST/raw/t10k-labels-idx1-ubyte.gz": {1, 2},
		}, "", nil},
		"QMNIST": {map[string][]byte{
			"qmnist-train-images-idx3-ubyte.gz": hostile.Gzip(t, trainX), "qmnist-train-labels-idx2-int.gz": hostile.Gzip(t, columns(digits.Train)),
			"qmnist-test-images-idx3-ubyte.gz": hostile.Gzip(t, testX), "qmnist-test-labels-idx2-int.gz": hostile.Gzip(t, columns(digits.Test)),
		}, "", []string{"labels are the first of 8 columns, as in QMNIST"}},
		"several members": {map[string][]byte{
			"train-images-idx3-ubyte.gz": slices.Concat(hostile.Gzip(t, trainX[:9999]), hostile.Gzip(t, trainX[9999:]), hostile.Gzip(t, nil), make([]byte, 99)),
			"train-labels-idx1-ubyte":    trainY, "t10k-images-idx3-ubyte": testX, "t10k-labels-idx1-ubyte": testY,
		}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			load(t, filepath.Join(store(t, test.files), test.path), Options{}, digits.Train, digits.Test, test.facts...)
		})
	}
}

// The images of EMNIST are stored with rows and columns swapped. Its labels begin at 1 in
// one of its sets.
func TestEMNIST(t *testing.T) {
	up := func(s mnist.Split) mnist.Split {
		raised := mnist.Split{Images: transpose(s.Images)}
		for _, label := range s.Labels {
			raised.Labels = append(raised.Labels, label+1)
		}
		return raised
	}
	train, test := up(digits.Train), up(digits.Test)
	dir := store(t, map[string][]byte{
		"emnist-letters-train-images-idx3-ubyte.gz": hostile.Gzip(t, imagesIDX(train)), "emnist-letters-train-labels-idx1-ubyte.gz": hostile.Gzip(t, labelsIDX(train)),
		"emnist-letters-test-images-idx3-ubyte.gz": hostile.Gzip(t, imagesIDX(test)), "emnist-letters-test-labels-idx1-ubyte.gz": hostile.Gzip(t, labelsIDX(test)),
		"emnist-digits-test-images-idx3-ubyte.gz": hostile.Gzip(t, imagesIDX(test)), "emnist-digits-test-labels-idx1-ubyte.gz": hostile.Gzip(t, labelsIDX(test)),
	})
	path := filepath.Join(dir, "emnist-letters-train-images-idx3-ubyte.gz")
	set := load(t, path, Options{}, digits.Train, digits.Test,
		"rows and columns of the images were swapped", "labels are 1 to 10: they become the classes 0 to 9, named by these numbers")
	if set.Names[0] != "1" || set.Names[9] != "10" {
		t.Errorf("names are %q", set.Names)
	}
	load(t, path, Options{Transpose: TransposeNever}, mnist.Split{Images: train.Images, Labels: digits.Train.Labels},
		mnist.Split{Images: test.Images, Labels: digits.Test.Labels}, "labels are 1 to 10")
	_, err := Load(dir, Options{})
	checkFault(t, err, "holds several data sets (emnist-digits, emnist-letters): give the path of one of their files")
	load(t, filepath.Join(dir, "emnist-letters-test-labels-idx1-ubyte.gz"), Options{}, digits.Test, mnist.Split{}, "swapped", "labels are 1")
}

// All six types of the format.
func TestIDXTypes(t *testing.T) {
	big := binary.BigEndian
	half := func(s mnist.Split) mnist.Split { // for bytes with a sign
		low := mnist.Split{Images: slices.Clone(s.Images), Labels: s.Labels}
		for i := range low.Images {
			low.Images[i] /= 2
		}
		return low
	}
	for name, test := range map[string]struct {
		kind   byte
		pixels []byte
		want   mnist.Split
		facts  []string
	}{
		"signed bytes":   {0x09, half(all).Images, half(all), nil},
		"short":          {0x0b, bytesOf(t, big, all.Images, func(v byte) int16 { return int16(v) }), all, nil},
		"int":            {0x0c, bytesOf(t, big, all.Images, func(v byte) int32 { return int32(v) }), all, nil},
		"float":          {0x0d, bytesOf(t, big, all.Images, func(v byte) float32 { return float32(v) / 255 }), all, []string{"from 0 to 1 were multiplied by 255"}},
		"float to 255":   {0x0d, bytesOf(t, big, all.Images, func(v byte) float32 { return float32(v) }), all, nil},
		"double":         {0x0e, bytesOf(t, big, all.Images, func(v byte) float64 { return float64(v) / 255 }), all, []string{"from 0 to 1 were multiplied by 255"}},
		"around zero":    {0x0e, bytesOf(t, big, all.Images, func(v byte) float64 { return float64(v)/127.5 - 1 }), all, []string{"from -1 to 1 were scaled"}},
		"of 16 bits":     {0x0c, bytesOf(t, big, all.Images, func(v byte) int32 { return int32(v) * 257 }), all, []string{"divided by 256"}},
		"with fractions": {0x0d, bytesOf(t, big, all.Images, func(v byte) float32 { return max(float32(v)-0.25, 0) }), all, []string{"pixels were rounded"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := store(t, map[string][]byte{
				"images": idx(test.kind, []int{all.Len(), 28, 28}, test.pixels),
				"labels": idx(0x0e, []int{all.Len()}, bytesOf(t, big, all.Labels, func(v byte) float64 { return float64(v) })),
			})
			load(t, dir, Options{}, test.want, mnist.Split{}, test.facts...)
		})
	}
}

// Bytes are pixels even if none is bright.
func TestIDXIsNotScaled(t *testing.T) {
	dark := mnist.Split{Images: make([]byte, 4*784), Labels: []byte{0, 1, 0, 1}}
	for i := range 4 {
		dark.Images[i*784] = 1
	}
	load(t, store(t, map[string][]byte{"images": imagesIDX(dark), "labels": labelsIDX(dark)}), Options{}, dark, mnist.Split{})
}

func TestIDXRefused(t *testing.T) {
	good := map[string][]byte{"images": imagesIDX(all), "labels": labelsIDX(all)}
	with := func(name string, content []byte) map[string][]byte {
		files := map[string][]byte{"images": good["images"], "labels": good["labels"]}
		files[name] = content
		return files
	}
	for name, test := range map[string]struct {
		files map[string][]byte
		o     Options
		want  string
	}{
		"cut off":        {with("images", good["images"][:9999]), Options{}, "images: must have the bytes for the shape [60 28 28] (got at most 9983)"},
		"cut off, gz":    {with("images", hostile.Gzip(t, good["images"][:9999])), Options{}, "images: ends early, in item 13 of 60"},
		"a damaged gzip": {with("images", hostile.Gzip(t, good["images"])[:5000]), Options{}, "images: gzip data is damaged: the file ends early"},
		"too long":       {with("images", append(slices.Clone(good["images"]), 1)), Options{}, "images: goes on after its last item, where it must end"},
		"fewer labels":   {with("labels", labelsIDX(digits.Test)), Options{}, "images and labels must have the same number of items (got 60 and 20)"},
		"no labels":      {map[string][]byte{"images": good["images"]}, Options{}, "must have one array of images and one of their labels (got images [60 28 28])"},
		"one class":      {with("labels", idx(8, []int{60}, make([]byte, 60))), Options{}, `must have 2 to 256 classes (got 1, "0")`},
		"not finite":     {with("images", idx(0x0d, []int{60, 1, 1}, slices.Repeat([]byte{0x7f, 0xc0, 0, 0}, 60))), Options{}, "pixels must be from 0 to 255, 0 to 1, -1 to 1 or 0 to 65535"},
		"standardised":   {with("images", idx(0x0d, []int{60, 1, 1}, slices.Repeat([]byte{0xbf, 0xd9, 0, 0}, 60))), Options{}, "(got -1.695 to 0)"},
		"no memory":      {good, Options{Memory: 1000}, "must fit in 1000 bytes of memory (got 60 images of 784 bytes)"},
		"four axes":      {with("images", idx(8, []int{60, 2, 7, 56}, all.Images)), Options{}, "(got the shape [60 2 7 56])"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(store(t, test.files), test.o)
			checkFault(t, err, test.want)
		})
	}
}
