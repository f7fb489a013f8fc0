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

// orientation returns the Exif orientation, 1 to 8, of a JPEG, PNG, WebP or TIFF file, or
// 1, which is upright, if the file does not say.
func orientation(content []byte) int {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xd8")):
		return orientationOf(exifOfJPEG(content))
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		// A chunk of PNG has its length, name, data and a checksum.
		return orientationOf(chunkOf(content, 8, binary.BigEndian, 0, 4, "eXIf"))
	case bytes.HasPrefix(content, []byte("RIFF")):
		// A chunk of RIFF has its name, length and data, with a byte more if they are odd.
		exif := chunkOf(content, 12, binary.LittleEndian, 4, 0, "EXIF")
		return orientationOf(bytes.TrimPrefix(exif, []byte("Exif\x00\x00")))
	case bytes.HasPrefix(content, []byte("II*\x00")), bytes.HasPrefix(content, []byte("MM\x00*")):
		return orientationOf(content)
	}
	return 1
}

// exifOfJPEG returns the Exif data of a JPEG file, or nil.
func exifOfJPEG(content []byte) []byte {
	const soi, app1, sos = 2, 0xe1, 0xda
	for at := soi; at+4 <= len(content) && content[at] == 0xff && content[at+1] != sos; {
		end := at + 2 + int(binary.BigEndian.Uint16(content[at+2:]))
		if end < at+4 || end > len(content) {
			break
		}
		if exif, ok := bytes.CutPrefix(content[at+4:end], []byte("Exif\x00\x00")); ok && content[at+1] == app1 {
			return exif
		}
		at = end
	}
	return nil
}

// chunkOf returns the data of the first chunk of a name, or nil. Chunks begin at an offset with
// eight bytes, in which the length is at one place and the name at another. After the data,
// PNG has four bytes, and RIFF fills up to an even length.
func chunkOf(content []byte, at int, order binary.ByteOrder, length, name int, wanted string) []byte {
	for at+8 <= len(content) {
		size := int64(order.Uint32(content[at+length:]))
		if size > int64(len(content)-at-8) {
			return nil
		}
		if string(content[at+name:][:4]) == wanted {
			return content[at+8:][:size]
		}
		at += 8 + int(size)
		if name == 4 {
			at += 4
		} else {
			at += int(size & 1)
		}
	}
	return nil
}

// Upright returns a decoded picture as it was held, by the orientation in its file.
func Upright(img image.Image, content []byte) image.Image { return upright(img, orientation(content)) }

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
	// A decoded picture has its corner at the origin, as the matrices assume.
	draw.NearestNeighbor.Transform(turned, to, img, img.Bounds(), draw.Src, nil)
	return turned
}
