package photo

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// orientationTag is the field of Exif that says how a camera was held.
//
// Source: CIPA DC-008, Exif 2.32, 4.6.4.
const orientationTag = 0x0112

// orientation returns the Exif orientation, 1 to 8, from the start of a JPEG file, or
// 1, which is upright, if the file does not say.
func orientation(start []byte) int {
	const soi, app1, sos = 2, 0xe1, 0xda
	for at := soi; at+4 <= len(start) && start[at] == 0xff && start[at+1] != sos; {
		end := at + 2 + int(binary.BigEndian.Uint16(start[at+2:]))
		if end < at+4 || end > len(start) {
			break
		}
		if exif, ok := bytes.CutPrefix(start[at+4:end], []byte("Exif\x00\x00")); ok && start[at+1] == app1 {
			return orientationOf(exif)
		}
		at = end
	}
	return 1
}

// orientationOf returns the orientation from the first directory of the Exif data,
// which is laid out as TIFF.
func orientationOf(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(tiff, []byte("MM")) {
		order = binary.BigEndian
	}
	const header, entry = 8, 12
	if len(tiff) < header {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	fields := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(fields) < entry {
			break
		}
		if order.Uint16(fields) == orientationTag {
			if value := int(order.Uint16(fields[8:])); value >= 1 && value <= 8 {
				return value
			}
		}
		fields = fields[entry:]
	}
	return 1
}

// upright turns and flips a picture of the given orientation to be upright.
func upright(img image.Image, orientation int) image.Image {
	if orientation == 1 {
		return img
	}
	size := img.Bounds().Size()
	w, h := float64(size.X), float64(size.Y)
	to := [...]f64.Aff3{
		2: {-1, 0, w, 0, 1, 0},
		3: {-1, 0, w, 0, -1, h},
		4: {1, 0, 0, 0, -1, h},
		5: {0, 1, 0, 1, 0, 0},
		6: {0, -1, h, 1, 0, 0},
		7: {0, -1, h, -1, 0, w},
		8: {0, 1, 0, -1, 0, w},
	}[orientation]
	if orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	turned := image.NewRGBA(image.Rectangle{Max: size})
	// A decoded JPEG has its corner at the origin, as the matrices assume.
	draw.NearestNeighbor.Transform(turned, to, img, img.Bounds(), draw.Src, nil)
	return turned
}
