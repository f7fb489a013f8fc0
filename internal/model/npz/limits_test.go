package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two numbers of every supported type, the second negative if the type is signed.
func TestReadFloatsOfEveryType(t *testing.T) {
	for descr, elements := range map[string]string{
		"<f4": "\x00\x00\x80\x3f\x00\x00\x80\xbf",
		"<f8": "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\xf0\xbf",
		"<i4": "\x01\x00\x00\x00\xff\xff\xff\xff",
		"<i8": "\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
		"|u1": "\x01\xff",
	} {
		want := []float64{1, -1}
		if descr == "|u1" {
			want[1] = 255
		}
		dict := "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,), }"
		got, err := ReadFloats(archive(t, "x.npy", array(1, dict, []byte(elements)...)), enough)
		if diff := cmp.Diff([]Array{{"x", []int{2}, want}}, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", descr, err, diff)
		}
	}
}

// A header may be exactly as long as its limit, and no longer.
func TestReadFloatsOfALongHeader(t *testing.T) {
	dict := strings.Replace(matrix, ", }", ", }"+strings.Repeat(" ", maxDict-1-len(matrix)), 1)
	if _, err := ReadFloats(archive(t, "x.npy", array(1, dict, 1, 2, 3, 4, 5, 6)), enough); err != nil {
		t.Errorf("a header of %d bytes: %v", maxDict, err)
	}
	_, err := ReadFloats(archive(t, "x.npy", array(1, dict+" ", 1, 2, 3, 4, 5, 6)), enough)
	if err == nil || !strings.Contains(err.Error(), "must have a header of at most 4096 bytes (got 4097)") {
		t.Errorf("a header of %d bytes: %v", maxDict+1, err)
	}
}

func TestReadFloatsOfManyArrays(t *testing.T) {
	arrays := make([]Array, maxArrays+1)
	for i := range arrays {
		arrays[i] = Array{fmt.Sprint(i), nil, []uint8{1}}
	}
	read := func(n int) error {
		var b bytes.Buffer
		if err := Write(&b, arrays[:n]...); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFloats(b.Bytes(), enough)
		return err
	}
	if err := read(maxArrays); err != nil {
		t.Errorf("as many arrays as there may be: %v", err)
	}
	want := fmt.Sprintf("must have at most %d arrays (got %d)", maxArrays, maxArrays+1)
	if err := read(maxArrays + 1); err == nil || err.Error() != want {
		t.Errorf("one array more: %v, want %s", err, want)
	}
}

// An archive may be compressed in a way that Go does not support.
func TestReadFloatsOfAnotherCompression(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.CreateRaw(&zip.FileHeader{Name: "x.npy", Method: 99})
	if err == nil {
		_, err = io.WriteString(f, "x")
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFloats(b.Bytes(), enough); err == nil || !strings.Contains(err.Error(), `"x" cannot be read: `) {
		t.Errorf("the error is %v", err)
	}
}

func TestWriteTellsFaults(t *testing.T) {
	if err := Write(io.Discard, Array{strings.Repeat("x", 1<<16), nil, []uint8{1}}); err == nil {
		t.Error("wrote a name that a zip archive has no room for")
	}
}
