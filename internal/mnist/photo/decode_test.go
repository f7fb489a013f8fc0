package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
)

// encodings of a small picture, by their names.
func encodings(t testing.TB) map[string][]byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 20, 30), color.Palette{color.White, color.Black})
	img.SetColorIndex(10, 15, 1)
	contents := map[string][]byte{}
	for name, encode := range map[string]func(io.Writer) error{
		"PNG":  func(w io.Writer) error { return png.Encode(w, img) },
		"JPEG": func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		"GIF":  func(w io.Writer) error { return gif.Encode(w, img, nil) },
		"BMP":  func(w io.Writer) error { return bmp.Encode(w, img) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		contents[name] = b.Bytes()
	}
	return contents
}

func TestDecode(t *testing.T) {
	for name, content := range encodings(t) {
		img, err := Decode(bytes.NewReader(content))
		if err != nil || img.Bounds().Size() != image.Pt(20, 30) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDecodeRefusesOtherForms has a format that something else in the program, here the
// test, has registered with the image package.
func TestDecodeRefusesOtherForms(t *testing.T) {
	image.RegisterFormat("other", "OTHER",
		func(io.Reader) (image.Image, error) { return image.NewGray(image.Rect(0, 0, 1, 1)), nil },
		func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil })
	_, err := Decode(strings.NewReader("OTHER than those"))
	if err == nil || err.Error() != "must be a picture: PNG, JPEG, GIF, BMP or WebP" {
		t.Errorf("%v, want it refused", err)
	}
}

// trailer is how many bytes at the end of a file its decoder does not need.
var trailer = map[string]int{"PNG": 0, "JPEG": 2, "GIF": 1, "BMP": 0}

func TestDecodeRefusesEveryPrefix(t *testing.T) {
	for name, content := range encodings(t) {
		for n := range len(content) - trailer[name] {
			_, err := Decode(bytes.NewReader(content[:n]))
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("the first %d of %d bytes of %s: %v, want an error in one line", n, len(content), name, err)
			}
		}
	}
}

// chunk is a part of a PNG file.
func chunk(kind, data string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind+data...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(kind+data))))
}

// header is the start of a PNG file of the given size.
func header(width, height uint32) string {
	b := binary.BigEndian.AppendUint32(nil, width)
	b = binary.BigEndian.AppendUint32(b, height)
	return "\x89PNG\r\n\x1a\n" + chunk("IHDR", string(b)+"\x08\x00\x00\x00\x00")
}

func TestDecodeRefuses(t *testing.T) {
	endless := io.MultiReader(
		strings.NewReader(header(9, 9)+"\x7f\xff\xff\xfftEXt"),
		zeros{})
	for _, test := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"nothing", strings.NewReader(""), "must be a picture: PNG, JPEG, GIF, BMP or WebP"},
		{"text", strings.NewReader("a picture"), "must be a picture: PNG, JPEG, GIF, BMP or WebP"},
		{"a wide picture", strings.NewReader(header(4097, 1)), "must be at most 4096 pixels wide and high (got 4097 and 1)"},
		{"a high picture", strings.NewReader(header(28, 1<<30)), "must be at most 4096 pixels wide and high (got 28 and 1073741824)"},
		{"a start", strings.NewReader(header(28, 28)), "is not a whole picture: the file ends early"},
		{"an endless file", endless, "must have at most 68157440 bytes"},
	} {
		_, err := Decode(test.r)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func FuzzDecode(f *testing.F) {
	for _, content := range encodings(f) {
		f.Add(content)
	}
	f.Add(held(f, binary.LittleEndian, 6))
	f.Fuzz(func(t *testing.T, content []byte) {
		img, err := Decode(bytes.NewReader(content))
		if err != nil {
			return
		}
		size := img.Bounds().Size()
		if size.X > MaxSide || size.Y > MaxSide {
			t.Errorf("accepted a picture of %v", size)
		}
		if pixels, err := Digit(img, 28, 28); err == nil && len(pixels) != 28*28 {
			t.Errorf("made %d pixels", len(pixels))
		}
	})
}
