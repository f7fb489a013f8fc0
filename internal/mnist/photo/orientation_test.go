package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// held returns a JPEG of 48x32 with the given orientation, whose upper left quarter is
// black and whose upper right one is grey.
func held(t testing.TB, order binary.AppendByteOrder, orientation uint16) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 48, 32))
	for i := range img.Pix {
		switch x, y := i%48, i/48; {
		case y >= 16:
			img.Pix[i] = 255
		case x >= 24:
			img.Pix[i] = 128
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		exif = []byte("Exif\x00\x00MM\x00*")
	}
	exif = order.AppendUint32(exif, 8)
	exif = order.AppendUint16(exif, 2)                      // fields
	exif = append(exif, make([]byte, 12)...)                // another one
	exif = order.AppendUint16(exif, 0x0112)                 // orientation
	exif = order.AppendUint16(exif, 3)                      // a short number,
	exif = order.AppendUint32(exif, 1)                      // one value:
	exif = order.AppendUint16(exif, orientation)            // this,
	exif = order.AppendUint16(exif, 0)                      // padding
	start := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 'x', 'y'} // a segment before it
	start = append(start, 0xff, 0xe1)
	start = binary.BigEndian.AppendUint16(start, uint16(len(exif)+2))
	return append(append(start, exif...), b.Bytes()[2:]...)
}

// TestUpright follows Exif's definitions of where the first row and the first column
// are: for orientation 6 they are at the right and at the top.
func TestUpright(t *testing.T) {
	corners := map[string]image.Point{"top left": {0, 0}, "top right": {1, 0}, "bottom left": {0, 1}, "bottom right": {1, 1}}
	for i, want := range []struct{ black, grey string }{
		{"top left", "top right"}, {"top right", "top left"}, {"bottom right", "bottom left"}, {"bottom left", "bottom right"},
		{"top left", "bottom left"}, {"top right", "bottom right"}, {"bottom right", "top right"}, {"bottom left", "top left"},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			img, err := Decode(bytes.NewReader(held(t, order, uint16(i+1))))
			if err != nil {
				t.Fatal(err)
			}
			size := img.Bounds().Size()
			if wide := size.X > size.Y; wide != (i < 4) || size.X+size.Y != 80 {
				t.Errorf("orientation %d: the picture is %v", i+1, size)
			}
			for name, level := range map[string]int{want.black: 0, want.grey: 128} {
				at := image.Pt(3+corners[name].X*(size.X-7), 3+corners[name].Y*(size.Y-7))
				got := int(color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y)
				// JPEG is lossy.
				if got < level-9 || got > level+9 {
					t.Errorf("orientation %d: %s is %d, want %d", i+1, name, got, level)
				}
			}
		}
	}
}

func TestOrientationOfBadFiles(t *testing.T) {
	content := held(t, binary.BigEndian, 6)
	if got := orientation(content); got != 6 {
		t.Fatalf("orientation %d, want 6", got)
	}
	for n := range 60 {
		if got := orientation(content[:n]); got != 1 && got != 6 {
			t.Errorf("the first %d bytes: %d", n, got)
		}
		for bit := range 8 {
			bad := bytes.Clone(content)
			bad[n] ^= 1 << bit
			if got := orientation(bad); got < 1 || got > 8 {
				t.Errorf("a flip of bit %d of byte %d: %d", bit, n, got)
			}
		}
	}
	for _, value := range []uint16{0, 9, 65535} {
		if got := orientation(held(t, binary.LittleEndian, value)); got != 1 {
			t.Errorf("orientation %d is taken for %d, want 1", value, got)
		}
	}
}
