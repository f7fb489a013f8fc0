package mnist

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/hostile"
)

// contentSize is the size of input or, if it is compressed, of what it unpacks
// to.
func contentSize(input []byte) int {
	z, err := gzip.NewReader(bytes.NewReader(input))
	if err != nil {
		return len(input)
	}
	const enough = 32 << 20
	n, _ := io.Copy(io.Discard, io.LimitReader(z, enough))
	return max(len(input), int(n))
}

// checkSame checks that accepted raw input is exactly what would be written. Compressed
// input is not compared, since it may be compressed in other ways.
func checkSame(t *testing.T, input, written []byte) {
	if !bytes.HasPrefix(input, []byte{0x1f, 0x8b}) && !bytes.Equal(input, written) {
		t.Errorf("accepted\n%x\nbut it means\n%x", input, written)
	}
}

// checkImages reads images from hostile input.
func checkImages(t *testing.T, input []byte) (m Images, err error) {
	t.Helper()
	hostile.CheckCost(t, contentSize(input), func() { m, err = decodeImages("fuzz", bytes.NewReader(input)) })
	if err != nil {
		return m, err
	}
	var written bytes.Buffer
	if err := WriteImages(&written, m); err != nil {
		t.Fatal(err)
	}
	checkSame(t, input, written.Bytes())
	return m, nil
}

// checkLabels reads labels from hostile input.
func checkLabels(t *testing.T, input []byte) (labels []byte, err error) {
	t.Helper()
	hostile.CheckCost(t, contentSize(input), func() { labels, err = decodeLabels("fuzz", bytes.NewReader(input)) })
	if err != nil {
		return nil, err
	}
	var written bytes.Buffer
	if err := WriteLabels(&written, labels); err != nil {
		t.Fatal(err)
	}
	checkSame(t, input, written.Bytes())
	return labels, nil
}

func FuzzImages(f *testing.F) {
	f.Add(twoImages)
	f.Add(twoImages[:len(twoImages)-1])
	f.Add(hostile.Gzip(f, twoImages))
	f.Add(append(hostile.Gzip(f, twoImages), hostile.Gzip(f, nil)...))
	f.Add(idx([]uint32{imagesMagic, 8192, 256, 256}, 1, 2, 3))
	f.Add(hostile.Gzip(f, idx([]uint32{imagesMagic, 4, 256, 256}, make([]byte, 4<<16)...)))
	f.Fuzz(func(t *testing.T, input []byte) { checkImages(t, input) })
}

func FuzzLabels(f *testing.F) {
	f.Add(threeLabels)
	f.Add(append(bytes.Clone(threeLabels), 0))
	f.Add(hostile.Gzip(f, threeLabels))
	f.Add(idx([]uint32{labelsMagic, 1_000_000}, 1, 2, 3))
	f.Add(hostile.Gzip(f, idx([]uint32{labelsMagic, 100_000}, make([]byte, 100_000)...)))
	f.Fuzz(func(t *testing.T, input []byte) { checkLabels(t, input) })
}

// FuzzGzip compresses raw files, which must decode as before. If it changes a byte of
// the compressed file, that must do no harm either.
func FuzzGzip(f *testing.F) {
	f.Add(twoImages, uint16(0), byte(0))
	f.Add(threeLabels, uint16(12), byte(0x40))
	f.Add(idx([]uint32{imagesMagic, 2, 256, 256}, make([]byte, 2<<16)...), uint16(30), byte(1))
	f.Add(append(bytes.Clone(threeLabels), 0), uint16(3), byte(0x1c))
	f.Fuzz(func(t *testing.T, raw []byte, at uint16, flip byte) {
		packed := hostile.Gzip(t, raw)
		packed[int(at)%len(packed)] ^= flip
		images, imagesErr := checkImages(t, packed)
		labels, labelsErr := checkLabels(t, packed)
		if flip != 0 || bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
			return
		}
		wantImages, wantImagesErr := checkImages(t, raw)
		wantLabels, wantLabelsErr := checkLabels(t, raw)
		if (imagesErr == nil) != (wantImagesErr == nil) || (labelsErr == nil) != (wantLabelsErr == nil) {
			t.Errorf("compressed: %v, %v; raw: %v, %v", imagesErr, labelsErr, wantImagesErr, wantLabelsErr)
		}
		if diff := cmp.Diff(wantImages, images) + cmp.Diff(wantLabels, labels); diff != "" {
			t.Errorf("-raw +compressed:\n%s", diff)
		}
	})
}
