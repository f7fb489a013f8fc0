package convert

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/mnist"
)

// npy returns an npy file.
func npy(descr string, columns bool, shape []int, data []byte) []byte {
	order := "False"
	if columns {
		order = "True"
	}
	var dims strings.Builder
	for _, dim := range shape {
		fmt.Fprintf(&dims, "%d, ", dim)
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", descr, order, strings.TrimSuffix(dims.String(), " "))
	dict += strings.Repeat(" ", 63-(10+len(dict))%64) + "\n"
	b := []byte("\x93NUMPY\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	return slices.Concat(b, []byte(dict), data)
}

// npz returns an archive of arrays, in the order of their names.
func npz(t testing.TB, method uint16, arrays ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(arrays); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: arrays[i].(string) + ".npy", Method: method})
		if err == nil {
			_, err = w.Write(arrays[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func imagesNPY(s mnist.Split) []byte { return npy("|u1", false, []int{s.Len(), 28, 28}, s.Images) }
func labelsNPY(s mnist.Split) []byte { return npy("|u1", false, []int{s.Len()}, s.Labels) }

// inRGB returns images with three or four equal channels, the first or the last axis of
// an image.
func inRGB(images []byte, channels int, planar bool) []byte {
	out := make([]byte, 0, channels*len(images))
	for i := 0; i < len(images); i += 784 {
		if planar {
			out = append(out, bytes.Repeat(images[i:i+784], channels)...)
			continue
		}
		for _, v := range images[i : i+784] {
			out = append(out, v, v, v)
			if channels == 4 {
				out = append(out, 255)
			}
		}
	}
	return out
}

// Arrays are found by the names that Keras, MedMNIST, scikit-learn, Kuzushiji-MNIST and
// others give them, or by their shapes.
func TestNPZNames(t *testing.T) {
	trainX, trainY, testX, testY := imagesNPY(digits.Train), labelsNPY(digits.Train), imagesNPY(digits.Test), labelsNPY(digits.Test)
	column := npy("|u1", false, []int{40, 1}, digits.Train.Labels)
	for name, test := range map[string]struct {
		files map[string][]byte
		path  string
	}{
		"Keras":       {map[string][]byte{"mnist.npz": npz(t, zip.Deflate, "x_train", trainX, "y_train", trainY, "x_test", testX, "y_test", testY)}, "mnist.npz"},
		"upper case":  {map[string][]byte{"mnist.npz": npz(t, zip.Store, "y_test", testY, "X_test", testX, "y_train", trainY, "X_train", trainX)}, "mnist.npz"},
		"positional":  {map[string][]byte{"a.npz": npz(t, zip.Store, "arr_0", trainX, "arr_1", trainY, "arr_2", testX, "arr_3", testY)}, "a.npz"},
		"a version":   {map[string][]byte{"a.npz": npz(t, zip.Store, "version", npy("<i8", false, nil, make([]byte, 8)), "trainX", trainX, "trainY", column, "testX", testX, "testY", testY)}, "a.npz"},
		"files":       {map[string][]byte{"x_train.npy": trainX, "y_train.npy": trainY, "x_test.npy": testX, "y_test.npy": testY}, ""},
		"one of them": {map[string][]byte{"x_train.npy": trainX, "y_train.npy": trainY, "x_test.npy": testX, "y_test.npy": testY}, "y_train.npy"},
		"Kuzushiji": {map[string][]byte{
			"kmnist-train-imgs.npz": npz(t, zip.Deflate, "arr_0", trainX), "kmnist-train-labels.npz": npz(t, zip.Deflate, "arr_0", trainY),
			"kmnist-test-imgs.npz": npz(t, zip.Deflate, "arr_0", testX), "kmnist-test-labels.npz": npz(t, zip.Deflate, "arr_0", testY),
			"k49-test-imgs.npz": npz(t, zip.Deflate, "arr_0", trainX), "k49-test-labels.npz": npz(t, zip.Deflate, "arr_0", trainY),
		}, "kmnist-train-imgs.npz"},
	} {
		t.Run(name, func(t *testing.T) {
			load(t, filepath.Join(store(t, test.files), test.path), Options{}, digits.Train, digits.Test)
		})
	}
	for name, content := range map[string][]byte{
		"scikit-learn": npz(t, zip.Store, "data", npy("|u1", false, []int{60, 784}, all.Images), "target", labelsNPY(all)),
		"by shape":     npz(t, zip.Store, "a", labelsNPY(all), "b", imagesNPY(all)),
	} {
		t.Run(name, func(t *testing.T) {
			load(t, filepath.Join(store(t, map[string][]byte{"x.npz": content}), "x.npz"), Options{}, all, mnist.Split{})
		})
	}
}

// MedMNIST has a validation part, which comes after the training images.
func TestMedMNIST(t *testing.T) {
	column := func(s mnist.Split) []byte { return npy("|u1", false, []int{s.Len(), 1}, s.Labels) }
	path := filepath.Join(store(t, map[string][]byte{"pathmnist.npz": npz(t, zip.Deflate,
		"train_images", npy("|u1", false, []int{40, 28, 28, 3}, inRGB(digits.Train.Images, 3, false)), "val_images", npy("|u1", false, []int{20, 28, 28, 3}, inRGB(digits.Test.Images, 3, false)),
		"test_images", npy("|u1", false, []int{60, 28, 28, 3}, inRGB(all.Images, 3, false)),
		"train_labels", column(digits.Train), "val_labels", column(digits.Test), "test_labels", column(all))}), "pathmnist.npz")
	set := load(t, path, Options{}, digits.Train, all, "the 20 images for validation come after those for training")
	if !bytes.Equal(set.Validation.Images, digits.Test.Images) || !bytes.Equal(set.Validation.Labels, digits.Test.Labels) {
		t.Error("the validation part differs")
	}
	d, err := set.Dataset(0.5, 1)
	if err != nil || !bytes.Equal(d.Train.Images, all.Images) || !bytes.Equal(d.Train.Labels, all.Labels) || !bytes.Equal(d.Test.Images, all.Images) {
		t.Errorf("%v: the validation part is not joined", err)
	}
}

// Every type, both byte orders, both orders of axes, and channels.
func TestNPYTypes(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	columns := make([]byte, 0, len(all.Images)) // column-major: the first axis is the fastest
	for x := range 28 {
		for y := range 28 {
			for n := range 60 {
				columns = append(columns, all.Images[n*784+y*28+x])
			}
		}
	}
	shape := []int{60, 28, 28}
	unit := []string{"from 0 to 1 were multiplied by 255"}
	float := func(v byte) float32 { return float32(v) / 255 }
	for name, test := range map[string]struct {
		file  []byte
		facts []string
	}{
		"<i2":          {npy("<i2", false, shape, bytesOf(t, little, all.Images, func(v byte) int16 { return int16(v) })), nil},
		">i8":          {npy(">i8", false, shape, bytesOf(t, big, all.Images, func(v byte) int64 { return int64(v) })), nil},
		"<u8":          {npy("<u8", false, shape, bytesOf(t, little, all.Images, func(v byte) uint64 { return uint64(v) })), nil},
		">u2":          {npy(">u2", false, shape, bytesOf(t, big, all.Images, func(v byte) uint16 { return uint16(v) * 256 })), []string{"divided by 256"}},
		"<f4":          {npy("<f4", false, shape, bytesOf(t, little, all.Images, float)), unit},
		">f8":          {npy(">f8", false, shape, bytesOf(t, big, all.Images, func(v byte) float64 { return float64(v) })), nil},
		"column-major": {npy("|u1", true, shape, columns), nil},
		"both":         {npy(">f4", true, shape, bytesOf(t, big, columns, float)), unit},
		"flat":         {npy("|u1", false, []int{60, 784}, all.Images), nil},
		"one channel":  {npy("|u1", false, []int{60, 28, 28, 1}, all.Images), nil},
		"RGB":          {npy("|u1", false, []int{60, 28, 28, 3}, inRGB(all.Images, 3, false)), nil},
		"RGB first":    {npy("|u1", false, []int{60, 3, 28, 28}, inRGB(all.Images, 3, true)), nil},
		"RGBA":         {npy("|u1", false, []int{60, 28, 28, 4}, inRGB(all.Images, 4, false)), nil},
		"RGB floats":   {npy("<f4", false, []int{60, 3, 28, 28}, bytesOf(t, little, inRGB(all.Images, 3, true), float)), unit},
	} {
		t.Run(name, func(t *testing.T) {
			dir := store(t, map[string][]byte{"images.npy": test.file, "labels.npy": labelsNPY(all)})
			load(t, dir, Options{}, all, mnist.Split{}, test.facts...)
			dir = store(t, map[string][]byte{"x.npz": npz(t, zip.Deflate, "images", test.file, "labels", labelsNPY(all))})
			load(t, dir, Options{}, all, mnist.Split{}, test.facts...)
		})
	}
}

// Labels may be texts, one-hot or floats.
func TestNPYLabels(t *testing.T) {
	var hot, wide, narrow []byte
	words := []string{"null", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	words[0] = "zero"
	var want []byte
	sorted := slices.Sorted(slices.Values(words))
	for _, label := range all.Labels {
		row := make([]byte, 10)
		row[label] = 1
		hot = append(hot, row...)
		text := make([]byte, 5)
		copy(text, words[label])
		narrow = append(narrow, text...)
		wide = append(wide, bytesOf(t, binary.LittleEndian, text, func(v byte) uint32 { return uint32(v) })...)
		want = append(want, byte(slices.Index(sorted, words[label])))
	}
	for name, test := range map[string]struct {
		labels []byte
		want   []byte
	}{
		"one-hot": {npy("|u1", false, []int{60, 10}, hot), all.Labels},
		"floats":  {npy("<f8", false, []int{60}, bytesOf(t, binary.LittleEndian, all.Labels, func(v byte) float64 { return float64(v) })), all.Labels},
		"U":       {npy("<U5", false, []int{60}, wide), want},
		"S":       {npy("|S5", false, []int{60}, narrow), want},
	} {
		t.Run(name, func(t *testing.T) {
			dir := store(t, map[string][]byte{"images.npy": imagesNPY(all), "labels.npy": test.labels})
			set := load(t, dir, Options{}, mnist.Split{Images: all.Images, Labels: test.want}, mnist.Split{})
			if len(set.Names) != 10 {
				t.Errorf("%q", set.Names)
			}
		})
	}
}

// Whole numbers from 0 to 16 are scikit-learn's digits; a picture of zeros and ones is
// white on black.
func TestScales(t *testing.T) {
	ramp := make([]byte, 17)
	for i := range ramp {
		ramp[i] = byte(i)
	}
	small := func(pixels []byte) mnist.Split {
		return mnist.Split{Images: slices.Repeat(pixels, 4), Labels: []byte{0, 1, 0, 1}}
	}
	for name, test := range map[string]struct {
		pixels, want []byte
		fact         string
	}{
		"0 to 16": {[]byte{0, 1, 8, 16}, []byte{0, 16, 128, 255}, "from 0 to 16 were multiplied by 255/16"},
		"0 and 1": {[]byte{0, 1, 1, 0}, []byte{0, 255, 255, 0}, "from 0 to 1 were multiplied by 255"},
		"dark":    {[]byte{0, 1, 8, 20}, []byte{0, 1, 8, 20}, "the brightest pixel is 20 of 255"},
	} {
		t.Run(name, func(t *testing.T) {
			s := small(test.pixels)
			dir := store(t, map[string][]byte{"x.npy": npy("|u1", false, []int{4, 2, 2}, s.Images), "y.npy": labelsNPY(s)})
			load(t, dir, Options{}, small(test.want), mnist.Split{}, test.fact)
		})
	}
}

func TestNPYRefused(t *testing.T) {
	y := labelsNPY(all)
	for name, test := range map[string]struct {
		files map[string][]byte
		o     Options
		want  string
	}{
		"objects":      {map[string][]byte{"x.npy": npy("|O", false, []int{60}, nil), "y.npy": y}, Options{}, "x.npy: must be an array of numbers or texts"},
		"complex":      {map[string][]byte{"x.npy": npy("<c8", false, []int{60}, nil), "y.npy": y}, Options{}, "must be an array of numbers or texts (got the type"},
		"structure":    {map[string][]byte{"x.npy": []byte("\x93NUMPY\x01\x00\x10\x00{'descr': [1]}  \n"), "y.npy": y}, Options{}, "must have a header that NumPy writes"},
		"cut off":      {map[string][]byte{"x.npy": imagesNPY(all)[:9999], "y.npy": y}, Options{}, "must have the bytes for the shape [60 28 28]"},
		"other zip":    {map[string][]byte{"x.npz": zipOf(t, "a.csv", "1,2")}, Options{}, `must hold only arrays, NAME.npy (got "a.csv")`},
		"cut zip":      {map[string][]byte{"x.npz": zipOf(t, "a.npy", "1,2")[:40]}, Options{}, "is not a complete npz file"},
		"several":      {map[string][]byte{"x.npz": npz(t, zip.Store, "a_x", imagesNPY(all), "a_y", y, "b_x", imagesNPY(all), "b_y", y)}, Options{}, "holds several data sets (a, b)"},
		"multi-label":  {map[string][]byte{"x.npy": imagesNPY(all), "y.npy": npy("|u1", false, []int{60, 14}, bytes.Repeat([]byte{1}, 60*14))}, Options{}, "has no usable image, and 60 that were skipped; the first is "},
		"huge":         {map[string][]byte{"x.npy": npy("|u1", false, []int{1 << 40, 1 << 40}, nil), "y.npy": y}, Options{}, "must have the bytes for the shape"},
		"memory":       {map[string][]byte{"x.npy": imagesNPY(all), "y.npy": y}, Options{Memory: 60 * 784 / 2}, "must fit in 23520 bytes of memory"},
		"empty":        {map[string][]byte{"x.npy": npy("|u1", false, []int{0, 28, 28}, nil), "y.npy": npy("|u1", false, []int{0}, nil)}, Options{}, "must not be empty (got the shape [0 28 28])"},
		"a wrong size": {map[string][]byte{"x.npy": npy("|u1", false, []int{60, 783}, all.Images[:60*783]), "y.npy": y}, Options{}, "images must be squares, or their size must be given (got 783 pixels an image)"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(store(t, test.files), test.o)
			checkFault(t, err, test.want)
		})
	}
}

func zipOf(t testing.TB, name, content string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
