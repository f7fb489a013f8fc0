package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const enough = 1 << 20

func TestReadFloatsReadsWhatWriteWrites(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b,
		Array{"x", []int{2, 3}, []float32{1, 2, 3, 4, 5, -6.5}},
		Array{"scale", nil, []float64{1.0 / 255}},
		Array{"n", nil, []int64{-28}},
		Array{"labels", []int{2}, []uint8{7, 255}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadFloats(b.Bytes(), enough)
	want := []Array{
		{"x", []int{2, 3}, []float64{1, 2, 3, 4, 5, -6.5}},
		{"scale", nil, []float64{1.0 / 255}},
		{"n", nil, []float64{-28}},
		{"labels", []int{2}, []float64{7, 255}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// array is a file of version 1.0 or 2.0 with a dictionary and its elements.
func array(version byte, dict string, elements ...byte) string {
	header := append([]byte("\x93NUMPY"), version, 0)
	if dict += "\n"; version == 1 {
		header = binary.LittleEndian.AppendUint16(header, uint16(len(dict)))
	} else {
		header = binary.LittleEndian.AppendUint32(header, uint32(len(dict)))
	}
	return string(header) + dict + string(elements)
}

// archive is a file of one array, compressed as numpy.savez_compressed does.
func archive(t testing.TB, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create(name)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const matrix = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"

func TestReadFloatsInColumns(t *testing.T) {
	for _, version := range []byte{1, 2} {
		for order, want := range map[string][]float64{"False": {1, 2, 3, 4, 5, 6}, "True": {1, 3, 5, 2, 4, 6}} {
			content := archive(t, "x.npy", array(version, strings.Replace(matrix, "False", order, 1), 1, 2, 3, 4, 5, 6))
			got, err := ReadFloats(content, enough)
			if diff := cmp.Diff([]Array{{"x", []int{2, 3}, want}}, got); err != nil || diff != "" {
				t.Errorf("version %d, order %s: %v %s", version, order, err, diff)
			}
		}
	}
}

func TestReadFloatsRefuses(t *testing.T) {
	six := []byte{1, 2, 3, 4, 5, 6}
	shaped := func(shape string) string { return array(1, strings.Replace(matrix, "2, 3", shape, 1), six...) }
	for _, test := range []struct{ name, member, content, want string }{
		{"another file", "x.txt", "", `must hold only arrays, NAME.npy (got "x.txt")`},
		{"no array", "x.npy", "no array", `"x" is not a NumPy array`},
		{"nothing", "x.npy", "", `"x" is not a NumPy array`},
		{"a start", "x.npy", "\x93NUMPY\x01\x00\x40", `"x" is cut off`},
		{"a magic number and no more", "x.npy", "\x93NUMPY\x01\x00", `"x" is cut off`},
		{"a start of a header", "x.npy", "\x93NUMPY\x01\x00\x40\x00{", `"x" is cut off`},
		{"a long header", "x.npy", "\x93NUMPY\x02\x00\xff\xff\xff\xff", `"x" must have a header of at most 4096 bytes (got 4294967295)`},
		{"objects", "x.npy", array(1, strings.Replace(matrix, "|u1", "|O", 1), six...), `"x" must be of type '<f4' or '<f8' (got "|O")`},
		{"other words", "x.npy", array(1, "dict(shape=(2, 3))", six...), `"x" has a header that NumPy does not write`},
		{"too few", "x.npy", shaped("2, 4"), `"x" must have 8 bytes for the shape [2 4]`},
		{"too many", "x.npy", shaped("5"), `"x" must have 5 bytes for the shape [5]`},
		{"a large shape", "x.npy", shaped("1000000000, 1000000000"), `"x" must have at most 131072 numbers (got the shape [1000000000 1000000000])`},
		{"a product that wraps", "x.npy", shaped("4294967296, 4294967296"), `must have at most 131072 numbers`},
		{"a number that wraps", "x.npy", shaped("18446744073709551617"), `"x" must have a shape of at most 8 numbers (got "18446744073709551617")`},
		{"many dimensions", "x.npy", shaped("1,1,1,1,1,1,1,1,6"), `must have a shape of at most 8 numbers`},
	} {
		_, err := ReadFloats(archive(t, test.member, test.content), enough)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %s", test.name, err, test.want)
		}
	}
}

// TestReadFloatsOfTooMuch has arrays that are each small, but too large together.
func TestReadFloatsOfTooMuch(t *testing.T) {
	var arrays []Array
	for i := range 10 {
		arrays = append(arrays, Array{fmt.Sprint(i), []int{1000}, make([]uint8, 1000)})
	}
	var b bytes.Buffer
	if err := Write(&b, arrays...); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFloats(b.Bytes(), 10*8000); err != nil {
		t.Errorf("as much as there may be: %v", err)
	}
	if _, err := ReadFloats(b.Bytes(), 10*8000-1); err == nil {
		t.Error("accepted more than there may be")
	}
}

func TestReadFloatsRefusesEveryPrefixAndFlip(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, Array{"x", []int{2}, []float32{1, float32(math.Pi)}}); err != nil {
		t.Fatal(err)
	}
	content := b.Bytes()
	for n := range content {
		if _, err := ReadFloats(content[:n], enough); err == nil {
			t.Errorf("accepted the first %d of %d bytes", n, len(content))
		}
	}
	at := bytes.Index(content, []byte("\x93NUMPY"))
	for i := 8 * at; i < 8*(at+128+8); i++ { // the array itself, which has a checksum
		content[i/8] ^= 1 << (i % 8)
		if _, err := ReadFloats(content, enough); err == nil {
			t.Errorf("accepted a flip of bit %d of byte %d", i%8, i/8)
		}
		content[i/8] ^= 1 << (i % 8)
	}
}

func FuzzReadFloats(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, Array{"x", []int{2}, []float32{1, 2}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(archive(f, "x.npy", array(2, matrix, 1, 2, 3, 4, 5, 6)))
	f.Fuzz(func(t *testing.T, content []byte) {
		arrays, err := ReadFloats(content, enough)
		if err != nil {
			return
		}
		for _, a := range arrays {
			n := 1
			for _, dim := range a.Shape {
				n *= dim
			}
			if n != len(a.Values.([]float64)) {
				t.Errorf("%d numbers of shape %v", len(a.Values.([]float64)), a.Shape)
			}
		}
	})
}
