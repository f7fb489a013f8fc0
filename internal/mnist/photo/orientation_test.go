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
	exif := append([]byte("Exif\x00\x00"), exif(order, orientation)...)
	start := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 'x', 'y'} // a segment before it
	start = append(start, 0xff, 0xe1)
	start = binary.BigEndian.AppendUint16(start, uint16(len(exif)+2))
	return append(append(start, exif...), b.Bytes()[2:]...)
}

// exif returns Exif data with an orientation, laid out as TIFF.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)           // fields
	tiff = append(tiff, make([]byte, 12)...)     // another one
	tiff = order.AppendUint16(tiff, 0x0112)      // orientation
	tiff = order.AppendUint16(tiff, 3)           // a short number,
	tiff = order.AppendUint32(tiff, 1)           // one value:
	tiff = order.AppendUint16(tiff, orientation) // this,
	return order.AppendUint16(tiff, 0)           // padding
}

// Other formats keep the same data in a chunk of their own.
func TestOrientationOfOtherFormats(t *testing.T) {
	png := func(data []byte) []byte {
		content := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x01IHDR-CRC!")
		content = binary.BigEndian.AppendUint32(content, uint32(len(data)))
		return append(append(append(content, "eXIf"...), data...), "CRC!"...)
	}
	webp := func(data []byte) []byte {
		content := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x03\x00\x00\x00abc-EXIF")
		content = binary.LittleEndian.AppendUint32(content, uint32(len(data)))
		return append(content, data...)
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for want := range uint16(8) {
			data := exif(order, want+1)
			for name, content := range map[string][]byte{
				"PNG": png(data), "WebP": webp(data), "WebP with a name": webp(append([]byte("Exif\x00\x00"), data...)), "TIFF": data,
			} {
				if got := orientation(content); got != int(want+1) {
					t.Errorf("%s: orientation %d, want %d", name, got, want+1)
				}
				for n := range content {
					if got := orientation(content[:n]); got != 1 && got != int(want+1) {
						t.Errorf("the first %d bytes of %s: %d", n, name, got)
					}
				}
			}
		}
	}
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
