package mnist

import (
	"bytes"
	"runtime/metrics"
	"testing"
)

// allocated returns how many bytes f takes from the heap, garbage included.
func allocated(f func()) uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	f()
	metrics.Read(sample)
	return sample[0].Value.Uint64() - before
}

// checkMemory checks that reading input did not take more than its size
// warrants. Deflate packs at most 1032 bytes into one, memory that doubles as
// it grows adds up to at most four times what was read, and 4 MiB cover fixed
// buffers and the runtime's own.
func checkMemory(t *testing.T, input []byte, taken uint64) {
	content := uint64(len(input))
	if bytes.HasPrefix(input, []byte{0x1f, 0x8b}) {
		content *= 1032
	}
	if limit := 4*content + 4<<20; taken > limit {
		t.Errorf("%d bytes of input took %d bytes of memory: want at most %d", len(input), taken, limit)
	}
}

// checkSame checks that raw input that was accepted is what would be written.
// Compressed input may be compressed in other ways.
func checkSame(t *testing.T, input, written []byte) {
	if !bytes.HasPrefix(input, []byte{0x1f, 0x8b}) && !bytes.Equal(input, written) {
		t.Errorf("accepted\n%x\nbut it means\n%x", input, written)
	}
}

func FuzzImages(f *testing.F) {
	f.Add(twoImages)
	f.Add(twoImages[:len(twoImages)-1])
	f.Add(compress(f, twoImages))
	f.Add(append(compress(f, twoImages), compress(f, nil)...))
	f.Add(idx([]uint32{imagesMagic, 8192, 256, 256}, 1, 2, 3))
	f.Add(compress(f, idx([]uint32{imagesMagic, 4, 256, 256}, make([]byte, 4<<16)...)))
	f.Fuzz(func(t *testing.T, input []byte) {
		var m Images
		var err error
		checkMemory(t, input, allocated(func() { m, err = decodeImages("fuzz", bytes.NewReader(input)) }))
		if err != nil {
			return
		}
		var written bytes.Buffer
		if err := WriteImages(&written, m); err != nil {
			t.Fatal(err)
		}
		checkSame(t, input, written.Bytes())
	})
}

func FuzzLabels(f *testing.F) {
	f.Add(threeLabels)
	f.Add(append(bytes.Clone(threeLabels), 0))
	f.Add(compress(f, threeLabels))
	f.Add(idx([]uint32{labelsMagic, 1_000_000}, 1, 2, 3))
	f.Add(compress(f, idx([]uint32{labelsMagic, 100_000}, make([]byte, 100_000)...)))
	f.Fuzz(func(t *testing.T, input []byte) {
		var labels []byte
		var err error
		checkMemory(t, input, allocated(func() { labels, err = decodeLabels("fuzz", bytes.NewReader(input)) }))
		if err != nil {
			return
		}
		var written bytes.Buffer
		if err := WriteLabels(&written, labels); err != nil {
			t.Fatal(err)
		}
		checkSame(t, input, written.Bytes())
	})
}
