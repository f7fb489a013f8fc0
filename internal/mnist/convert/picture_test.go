package convert

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"mnistgpu/internal/mnist"
)

// encode returns a picture as encode writes it.
func encode(t testing.TB, img image.Image, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plain returns a PNG of the given size, all of one colour.
func plain(t testing.TB, height, width int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA64(image.Rect(0, 0, width, height))
	for i := range height * width {
		img.Set(i%width, i/width, c)
	}
	return encode(t, img, png.Encode)
}

// testGrey is a grey that is neither black nor white.
var testGrey = color.Gray{9}

// digit returns image i of a split.
func digit(s mnist.Split, i int) *image.Gray {
	return &image.Gray{Pix: s.Images[i*784:][:784], Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
}

// tree returns a picture of each image, in a folder of its class in dir.
func tree(t testing.TB, s mnist.Split, dir string) map[string][]byte {
	files := map[string][]byte{}
	for i, label := range s.Labels {
		files[fmt.Sprintf("%s/%d/%03d.png", dir, label, i)] = encode(t, digit(s, i), png.Encode)
	}
	return files
}

// byClass returns the images in the order in which a tree has them.
func byClass(s mnist.Split) mnist.Split {
	var sorted mnist.Split
	for class := range byte(10) {
		for i, label := range s.Labels {
			if label == class {
				sorted.Labels = append(sorted.Labels, label)
				sorted.Images = append(sorted.Images, s.Images[i*784:][:784]...)
			}
		}
	}
	return sorted
}

func join(maps ...map[string][]byte) map[string][]byte {
	all := map[string][]byte{}
	for _, m := range maps {
		for name, content := range m {
			all[name] = content
		}
	}
	return all
}

// A folder of classes, and one for each part, perhaps in a folder of an archive and with
// what other programs leave there.
func TestPictureTrees(t *testing.T) {
	junk := map[string][]byte{
		"__MACOSX/._1.png": {1}, ".git/x": {1}, ".DS_Store": {1}, "Thumbs.db": {1},
	}
	set := load(t, store(t, join(tree(t, all, "."), junk)), Options{}, byClass(all), mnist.Split{})
	if diff := cmp.Diff([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, set.Names); diff != "" {
		t.Error(diff)
	}
	parts := join(tree(t, digits.Train, "train"), tree(t, digits.Test, "test"), tree(t, digits.Test, "val"), junk)
	set = load(t, store(t, parts), Options{}, byClass(digits.Train), byClass(digits.Test), "for validation come after")
	if !bytes.Equal(set.Validation.Images, byClass(digits.Test).Images) {
		t.Error("the validation part differs")
	}
	two := join(tree(t, digits.Train, "train"), tree(t, digits.Test, "valid"))
	set = load(t, store(t, two), Options{}, byClass(digits.Train), mnist.Split{}, "the 20 images for validation are for testing")
	if d, err := set.Dataset(0.5, 1); err != nil || !bytes.Equal(d.Train.Images, byClass(digits.Train).Images) || !bytes.Equal(d.Test.Images, byClass(digits.Test).Images) {
		t.Errorf("%v: the validation part is not the test set", err)
	}
	deep := join(tree(t, digits.Train, "set/training"), tree(t, digits.Test, "set/testing"), map[string][]byte{"__MACOSX/set/._x": {1}})
	load(t, store(t, deep), Options{}, byClass(digits.Train), byClass(digits.Test))
	load(t, store(t, join(tree(t, all, "."), map[string][]byte{"classes.txt": []byte("\ufeff0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")})), Options{}, byClass(all), mnist.Split{})
}

// Classes that are numbers are in their order, and folders in a class belong to it.
func TestPictureClasses(t *testing.T) {
	grey := func(v byte) []byte { return plain(t, 1, 1, color.Gray{v}) }
	dir := store(t, map[string][]byte{"10/a.png": grey(1), "9/a.png": grey(2), "9/more/b.png": grey(3), "9/more/even/c.png": grey(4)})
	set := load(t, dir, Options{}, mnist.Split{Images: []byte{1, 2, 3, 4}, Labels: []byte{1, 0, 0, 0}}, mnist.Split{}, "of one grey")
	if diff := cmp.Diff([]string{"9", "10"}, set.Names); diff != "" {
		t.Error(diff)
	}
	dir = store(t, map[string][]byte{"cat/a.png": grey(1), "ant/a.png": grey(2), "bee/a.png": grey(3), "classes.txt": []byte("cat\nbee\ngnu\n")})
	var skipped []string
	o := Options{Skip: func(s Skipped) { skipped = append(skipped, strings.TrimPrefix(s.String(), dir+"/")) }}
	set, err := Load(dir, o)
	if err != nil || !bytes.Equal(set.Train.Labels, []byte{0, 1}) || !bytes.Equal(set.Train.Images, []byte{1, 3}) || len(set.Names) != 3 {
		t.Errorf("%+v, %v", set, err)
	}
	if diff := cmp.Diff([]string{"ant: is none of the classes", "gnu: is a class without a folder"}, skipped); diff != "" {
		t.Error(diff)
	}
}

// Folders named by numbers are classes of a model whose classes are words.
func TestNumberedFolders(t *testing.T) {
	names := mnist.DefaultNames(10)
	set, err := Load(store(t, tree(t, all, ".")), Options{Names: names, Skip: func(s Skipped) { t.Errorf("skipped %v", s) }})
	if err != nil {
		t.Fatal(err)
	}
	want := byClass(all)
	if !bytes.Equal(set.Train.Images, want.Images) || !bytes.Equal(set.Train.Labels, want.Labels) || !slices.Equal(set.Names, names) {
		t.Errorf("labels %v of %q, want %v", set.Train.Labels, set.Names, want.Labels)
	}
}

// encoders write pictures of each format.
var encoders = map[string]func(io.Writer, image.Image) error{
	"png":  png.Encode,
	"jpg":  func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 95}) },
	"gif":  func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) },
	"bmp":  bmp.Encode,
	"tiff": func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) },
}

// All formats, at any size: the pictures are scaled to the common size or to 28x28, or to
// the one that is asked for, and keep their aspect.
func TestPictureFormats(t *testing.T) {
	img := digit(all, 0)
	large := image.NewGray(image.Rect(0, 0, 280, 280))
	for i := range large.Pix {
		large.Pix[i] = img.Pix[i/280/10*28+i%280/10]
	}
	for name, tolerance := range map[string]int{"png": 0, "jpg": 12, "gif": 26, "bmp": 0, "tiff": 0} {
		t.Run(name, func(t *testing.T) {
			small, big := encode(t, img, encoders[name]), encode(t, large, encoders[name])
			dir := store(t, map[string][]byte{"a/1." + name: small, "a/2": small, "b/1": small})
			closeTo(t, dir, Options{}, img.Pix, tolerance)
			dir = store(t, map[string][]byte{"a/1." + name: small, "a/2": big, "b/1": big})
			closeTo(t, dir, Options{}, img.Pix, 80) // linear interpolation blurs the edges of blocks
			closeTo(t, dir, Options{Height: 28, Width: 28}, img.Pix, 80)
		})
	}
}

// closeTo checks that all images of dir are like the wanted one: each pixel differs by at
// most tolerance, and the mean of the differences is at most a tenth of that.
func closeTo(t *testing.T, dir string, o Options, want []byte, tolerance int) {
	t.Helper()
	set, err := Load(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if set.Train.Len() != 3 {
		t.Fatalf("%d images: want 3", set.Train.Len())
	}
	for i := range 3 {
		sum := 0
		for k, v := range set.Train.Images[i*784:][:784] {
			d := max(int(v), int(want[k])) - min(int(v), int(want[k]))
			if sum += d; d > tolerance {
				t.Fatalf("pixel %d of image %d is %d: want %d", k, i, v, want[k])
			}
		}
		if 10*sum > 784*tolerance {
			t.Errorf("image %d differs by %d in total", i, sum)
		}
	}
}

// Colours become grey by their luminance, and numbers of 16 bits lose their lower half.
func TestPictureGrey(t *testing.T) {
	red, wide := plain(t, 1, 1, color.NRGBA{255, 0, 0, 255}), plain(t, 1, 1, color.Gray16{0x80ff})
	dir := store(t, map[string][]byte{"a/1.png": red, "b/1.png": wide})
	load(t, dir, Options{}, mnist.Split{Images: []byte{76, 128}, Labels: []byte{0, 1}}, mnist.Split{}, "of one grey")
}

// What is left over beside a wide picture gets the grey of its border.
func TestPictureAspect(t *testing.T) {
	wide := image.NewGray(image.Rect(0, 0, 56, 28))
	for i := range wide.Pix {
		wide.Pix[i] = 200
		if x := i % 56; x > 20 && x < 36 && i/56 > 10 && i/56 < 18 {
			wide.Pix[i] = 0
		}
	}
	content := encode(t, wide, png.Encode)
	set, err := Load(store(t, map[string][]byte{"a/1.png": content, "b/1.png": content}), Options{Height: 28, Width: 28})
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) byte { return set.Train.Images[y*28+x] }
	if at(0, 0) != 200 || at(14, 3) != 200 || at(14, 27) != 200 || at(0, 14) != 200 || at(14, 14) != 0 {
		t.Errorf("%v", set.Train.Images[:784])
	}
	if n := bytes.Count(set.Train.Images[:784], []byte{0}); n < 8 || n > 32 { // 15x7 at half the size, with soft edges
		t.Errorf("%d black pixels", n)
	}
}

// Every file that cannot be used is reported, and the rest is used.
func TestPictureSkips(t *testing.T) {
	good := plain(t, 3, 2, color.Gray{9})
	dir := store(t, map[string][]byte{
		"b/1.png": good, "b/2.PNG": good, "b/3.png": good, "b/5.png": good[:len(good)-20], "b/6.png": nil, "b/notes.txt": []byte("no picture"),
		"a/1.png": good, "a/2.png": plain(t, 6, 4, color.Gray{9}), "empty/.hidden": nil, "stray.png": good, "broken/1.png": {1},
	})
	var skipped []string
	set, err := Load(dir, Options{AllowSkipped: true, Skip: func(s Skipped) { skipped = append(skipped, strings.TrimPrefix(s.String(), dir+"/")) }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"stray.png: is in no folder of a class",
		"empty: has no picture, and is no class",
		"b/5.png: is not a whole PNG: the file ends early",
		"b/6.png: is not a picture: PNG, JPEG, GIF, BMP, WebP or TIFF",
		"b/notes.txt: is not a picture: PNG, JPEG, GIF, BMP, WebP or TIFF",
		"broken/1.png: is not a picture: PNG, JPEG, GIF, BMP, WebP or TIFF",
	}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, set.Names); diff != "" || set.Train.Len() != 5 || set.Skipped != 4 {
		t.Errorf("%d images, %d skipped %s", set.Train.Len(), set.Skipped, diff)
	}
	_, err = Load(dir, Options{})
	checkFault(t, err, "more than a tenth cannot be used: 4 of 9 images were skipped; the first is "+dir+"/b/5.png: is not a whole PNG")
}

func TestPicturesRefused(t *testing.T) {
	good := plain(t, 2, 2, color.White)
	for name, test := range map[string]struct {
		files map[string][]byte
		o     Options
		want  string
	}{
		"empty":      {nil, Options{}, "must have a folder for each class, with files CLASS/NAME.png"},
		"no classes": {map[string][]byte{"1.png": good}, Options{}, "must have a folder for each class"},
		"nothing":    {map[string][]byte{"a/1.png": {1}, "b/1.png": {2}}, Options{}, "has no usable image, and 2 that were skipped"},
		"one class":  {map[string][]byte{"a/1.png": good}, Options{}, `must have 2 to 256 classes (got 1, "a")`},
		"memory":     {map[string][]byte{"a/1.png": good, "b/1.png": good}, Options{Memory: 9}, "has no usable image"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(store(t, test.files), test.o)
			checkFault(t, err, test.want)
		})
	}
	_, err := Load(filepath.Join(store(t, map[string][]byte{"1.png": good}), "1.png"), Options{})
	checkFault(t, err, "1.png: is one picture: give a folder with a folder for each class, CLASS/NAME")
}
