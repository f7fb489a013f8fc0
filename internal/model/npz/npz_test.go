package npz

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"io"
	"testing"
)

// TestWrite compares with the layout that NumPy documents, byte by byte.
func TestWrite(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b,
		Array{"x", []int{2, 3}, []float32{1, 2, 3, 4, 5, -6}},
		Array{"labels", []int{2}, []uint8{7, 8}})
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, header, elements string }{
		{"x.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3,), }", "0000803f0000004000004040000080400000a0400000c0c0"},
		{"labels.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "0708"},
	}
	if len(z.File) != len(want) {
		t.Fatalf("%d files, want %d", len(z.File), len(want))
	}
	for i, f := range z.File {
		content := read(t, f)
		padded := make([]byte, 128-10)
		for j := range padded {
			padded[j] = ' '
		}
		copy(padded, want[i].header)
		padded[len(padded)-1] = '\n'
		wanted := "\x93NUMPY\x01\x00\x76\x00" + string(padded)
		if f.Name != want[i].name || string(content[:128]) != wanted {
			t.Errorf("%s starts with %q, want %s with %q", f.Name, content[:128], want[i].name, wanted)
		}
		if got := hex.EncodeToString(content[128:]); got != want[i].elements {
			t.Errorf("%s holds %s, want %s", f.Name, got, want[i].elements)
		}
	}
}

func read(t *testing.T, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
