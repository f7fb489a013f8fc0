package mnist

import (
	"bytes"
	"errors"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/hostile"
)

// A shape may be exactly at each limit.
func TestShapesAtTheirLimits(t *testing.T) {
	for _, shape := range [][3]uint64{
		{1, 1, 1}, {MaxImages, 1, 1}, {1, MaxPixels, 1}, {1, 1, MaxPixels}, {1000, 1000, 1000},
	} {
		if err := checkShape("x", shape[0], shape[1], shape[2], 1e9); err != nil {
			t.Errorf("%d images of %dx%d: %v", shape[0], shape[1], shape[2], err)
		}
	}
	err := checkShape("x", 1001, 1000, 1000, 1e9)
	if want := "x: 1001 images of 1000x1000 do not fit into the 1000 MB of memory that are free"; err == nil || err.Error() != want || !fault.Is(err, fault.OutOfMemory) {
		t.Errorf("%v, want %s", err, want)
	}
	if err := checkShape("x", 60_000, 16, 17, -1e9); err != nil {
		t.Errorf("a small data set: %v", err)
	}
}

// Labels are read by the same reader as images, and its faults are reported for both.
func TestLabelsAtTheirLimits(t *testing.T) {
	_, err := decodeLabels("x", bytes.NewReader(idx([]uint32{labelsMagic, MaxImages})))
	checkFault(t, err, "x: must have 100000008 bytes (got 8)")
	_, err = decodeLabels("x", bytes.NewReader(hostile.Gzip(t, threeLabels)[:5]))
	checkFault(t, err, "x: gzip header is damaged: the file ends early")
}

// A magic number that looks like text is quoted, including the first and the last
// printable character of ASCII.
func TestMagicNumberOfText(t *testing.T) {
	for word, want := range map[string]string{
		" ~ ~":     `0x207e207e (" ~ ~")`,
		"\x1fabc":  `0x1f616263`,
		"abc\x7f ": `0x6162637f`,
	} {
		_, err := decodeLabels("x", bytes.NewReader([]byte(word)))
		checkFault(t, err, "x: magic number must be 0x00000801, of an IDX file of labels (got "+want+")")
	}
}

func TestWriteImagesPanics(t *testing.T) {
	for name, m := range map[string]Images{
		"no rows": {0, 1, nil}, "no columns": {1, 0, nil}, "negative": {-1, -1, []byte{1}}, "half an image": {1, 2, make([]byte, 3)},
	} {
		func() {
			defer func() {
				if recover() != "mnist: WriteImages: pixels are not whole images" {
					t.Errorf("%s: want a panic that says why", name)
				}
			}()
			WriteImages(new(bytes.Buffer), m)
		}()
	}
	var b bytes.Buffer
	if err := WriteImages(&b, Images{1, 1, []byte{7}}); err != nil || b.Len() != 17 {
		t.Errorf("an image of one pixel has %d bytes, %v: want 17", b.Len(), err)
	}
}

// failing is a writer whose write number at fails, and no other.
type failing struct{ at, writes int }

var errFull = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	f.writes++
	if f.writes == f.at {
		return 0, errFull
	}
	return len(p), nil
}

// A header that cannot be written is an error, even if the data could be written.
func TestWriteTellsEveryFault(t *testing.T) {
	for at := 1; at <= 2; at++ {
		if err := WriteLabels(&failing{at: at}, []byte{1}); !errors.Is(err, errFull) {
			t.Errorf("write %d failed, and the error is %v", at, err)
		}
	}
}
