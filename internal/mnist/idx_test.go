package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/hostile"
)

// idx returns a raw IDX file of the given words and data.
func idx(words []uint32, data ...byte) []byte {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return append(b, data...)
}

// store writes data to a file of the given name and returns its path.
func store(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	twoImages   = idx([]uint32{imagesMagic, 2, 2, 3}, 0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255)
	threeLabels = idx([]uint32{labelsMagic, 3}, 7, 0, 9)
)

func TestReadImages(t *testing.T) {
	want := Images{Height: 2, Width: 3, Pixels: twoImages[16:]}
	for name, data := range map[string][]byte{
		"raw":        twoImages,
		"misleading": hostile.Gzip(t, twoImages), // the name has no .gz
		"raw.gz":     twoImages,
		"bgzip":      slices.Concat(hostile.Gzip(t, twoImages[:9]), hostile.Gzip(t, twoImages[9:]), hostile.Gzip(t, nil)),
		"padded":     append(hostile.Gzip(t, twoImages), make([]byte, 512)...),
	} {
		got, err := ReadImages(store(t, t.TempDir(), name, data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestWrite(t *testing.T) {
	var images, labels bytes.Buffer
	if err := WriteImages(&images, Images{2, 3, twoImages[16:]}); err != nil {
		t.Fatal(err)
	}
	if err := WriteLabels(&labels, threeLabels[8:]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(twoImages, images.Bytes()); diff != "" {
		t.Errorf("images: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(threeLabels, labels.Bytes()); diff != "" {
		t.Errorf("labels: -want +got:\n%s", diff)
	}
}

func TestBrokenImages(t *testing.T) {
	gz := hostile.Gzip(t, twoImages)
	flipped := bytes.Clone(gz)
	flipped[len(gz)-8] ^= 1 // the first byte of the checksum
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "must have 16 bytes (got 0)"},
		{"inside the magic number", twoImages[:3], "must have 16 bytes (got 3)"},
		{"inside the header", twoImages[:15], "must have 16 bytes (got 15)"},
		{"no data", twoImages[:16], "must have 28 bytes (got 16)"},
		{"one byte short", twoImages[:27], "must have 28 bytes (got 27)"},
		{"one byte long", append(bytes.Clone(twoImages), 0), "goes on after byte 28, where it must end"},
		{"labels", threeLabels, "magic number must be 0x00000803, of an IDX file of images (got 0x00000801)"},
		{"floats", idx([]uint32{0x0d03, 1, 1, 1}, 0), "magic number must be 0x00000803, of an IDX file of images (got 0x00000d03)"},
		{"little-endian", []byte{3, 8, 0, 0}, "magic number must be 0x00000803, of an IDX file of images (got 0x03080000)"},
		{"web page", []byte("<!DOCTYPE html>"), `magic number must be 0x00000803, of an IDX file of images (got 0x3c21444f ("<!DO"))`},
		{"no images", idx([]uint32{imagesMagic, 0, 2, 3}), "count at byte 4 must be 1 to 100000000 (got 0)"},
		{"no rows", idx([]uint32{imagesMagic, 2, 0, 3}), "height at byte 8 must be 1 to 4194304 (got 0)"},
		{"no columns", idx([]uint32{imagesMagic, 2, 2, 0}), "width at byte 12 must be 1 to 4194304 (got 0)"},
		{"largest count", idx([]uint32{imagesMagic, 0xffffffff, 28, 28}), "count at byte 4 must be 1 to 100000000 (got 4294967295)"},
		{"largest height", idx([]uint32{imagesMagic, 1, 0xffffffff, 1}), "height at byte 8 must be 1 to 4194304 (got 4294967295)"},
		{"largest width", idx([]uint32{imagesMagic, 1, 1, 0xffffffff}), "width at byte 12 must be 1 to 4194304 (got 4294967295)"},
		{"size wraps in 32 bits", idx([]uint32{imagesMagic, 1, 65536, 65536}), "images must have at most 4194304 pixels (got 65536x65536)"},
		{"promises all that is allowed", idx([]uint32{imagesMagic, 8192, 256, 256}), "must have 536870928 bytes (got 16)"},
		{"gzip of a short file", hostile.Gzip(t, twoImages[:20]), "must have 28 bytes (got 20)"},
		{"gzip of a long file", hostile.Gzip(t, append(bytes.Clone(twoImages), 0)), "goes on after byte 28, where it must end"},
		{"gzip header only", gz[:5], "gzip header is damaged: the file ends early"},
		{"gzip without its end", gz[:len(gz)-1], "gzip data is damaged after byte 28 of the content: the file ends early"},
		{"gzip with a false checksum", flipped, "gzip data is damaged after byte 28 of the content: gzip: invalid checksum"},
		{"the content twice", append(bytes.Clone(gz), gz...), "goes on after byte 28, where it must end"},
		{"gzip and one byte", append(bytes.Clone(gz), 'x'), "goes on after the gzip data, where it must end"},
		{"gzip in gzip", hostile.Gzip(t, gz), "magic number must be 0x00000803, of an IDX file of images (got 0x1f8b0800)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := store(t, t.TempDir(), "images", test.data)
			_, err := ReadImages(path)
			checkFault(t, err, path+": "+test.want)
		})
	}
}

func TestBrokenLabels(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "must have 8 bytes (got 0)"},
		{"images", twoImages, "magic number must be 0x00000801, of an IDX file of labels (got 0x00000803)"},
		{"no labels", idx([]uint32{labelsMagic, 0}), "count at byte 4 must be 1 to 100000000 (got 0)"},
		{"too many labels", idx([]uint32{labelsMagic, 100_000_001}), "count at byte 4 must be 1 to 100000000 (got 100000001)"},
		{"one byte short", threeLabels[:10], "must have 11 bytes (got 10)"},
		{"one byte long", append(bytes.Clone(threeLabels), 0), "goes on after byte 11, where it must end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := store(t, t.TempDir(), "labels", test.data)
			_, err := ReadLabels(path)
			checkFault(t, err, path+": "+test.want)
		})
	}
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadImages(dir)
	checkFault(t, err, dir+": is not a regular file")
	_, err = ReadLabels(os.DevNull)
	checkFault(t, err, os.DevNull+": is not a regular file")
	missing := filepath.Join(dir, "missing")
	_, err = ReadImages(missing)
	checkFault(t, err, missing+": no such file or directory")
}

// A file that is cut off anywhere is refused, raw or compressed.
func TestPrefixes(t *testing.T) {
	for _, whole := range [][]byte{twoImages, hostile.Gzip(t, twoImages)} {
		if _, err := decodeImages("whole", bytes.NewReader(whole)); err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			if _, err := decodeImages("prefix", bytes.NewReader(whole[:n])); err == nil {
				t.Errorf("%d of %d bytes are accepted", n, len(whole))
			}
		}
	}
}

// A file of four megabytes that unpacks to four gigabytes is refused as soon as its
// content exceeds what the header says.
func TestGzipBomb(t *testing.T) {
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) {
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	const chunk = 16 << 20
	write(idx([]uint32{imagesMagic, 1, 28, 28}))
	start := bomb.Len()
	write(make([]byte, chunk))
	// After a flush the same compressed bytes mean the same zeros again.
	bomb.Write(bytes.Repeat(bomb.Bytes()[start:], 4<<30/chunk-1))

	// The buffers of bufio and gzip take about 0.1 MiB.
	hostile.CheckCost(t, 816, func() { _, err = decodeImages("bomb", bytes.NewReader(bomb.Bytes())) })
	checkFault(t, err, "bomb: goes on after byte 800, where it must end")
}

// checkFault checks that err is a fault of one line that reads want, followed
// by its hint in brackets if it has one.
func checkFault(t *testing.T, err error, want string) {
	t.Helper()
	e, ok := err.(*fault.Error)
	if !ok || e.Kind != fault.BadData {
		t.Fatalf("error is %T %v: want a *fault.Error of bad data", err, err)
	}
	got := e.Error()
	if e.Hint != "" {
		got += " (" + e.Hint + ")"
	}
	if got != want || strings.Contains(got, "\n") {
		t.Errorf("error is\n%s\nwant\n%s", got, want)
	}
}
