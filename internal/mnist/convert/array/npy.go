package array

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/gunzip"
)

// Limits of a header, which takes about 80 bytes, and of the arrays of an archive.
const (
	maxHeader = 64 << 10
	maxArrays = 1 << 10
)

var npyMagic = []byte("\x93NUMPY")

// IsNPY reports whether a file that starts with start is a NumPy array.
func IsNPY(start []byte) bool { return bytes.HasPrefix(start, npyMagic) }

// IsNPZ reports whether a file that starts with start is a zip archive, as npz files are.
func IsNPZ(start []byte) bool { return bytes.HasPrefix(start, []byte("PK\x03\x04")) }

// ReadNPY reads the header of an npy file.
func ReadNPY(f input.File) (*Array, error) {
	most, err := f.MaxContent()
	if err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	a := &Array{file: f}
	if err := a.readNPY(r, func() (io.ReadCloser, error) { return f.Open() }, most); err != nil {
		return nil, fault.In(f.Path, err)
	}
	return a, nil
}

// ReadNPZ reads the headers of the arrays of an npz file.
func ReadNPZ(f input.File) ([]*Array, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	z, err := zip.NewReader(raw, raw.Size())
	if err != nil {
		return nil, fault.Inf(f.Path, "is not a complete npz file: %w", err)
	}
	if len(z.File) > maxArrays {
		return nil, fault.Inf(f.Path, "must have at most %d arrays (got %d)", maxArrays, len(z.File))
	}
	var arrays []*Array
	for i, member := range z.File {
		name, ok := strings.CutSuffix(member.Name, ".npy")
		if !ok {
			return nil, fault.Inf(f.Path, "must hold only arrays, NAME.npy (got %q)", member.Name)
		}
		a := &Array{file: f, name: name}
		if err := a.readMember(member, raw.Size(), func() (io.ReadCloser, error) { return openMember(f, i) }); err != nil {
			return nil, fault.In(a.String(), err)
		}
		arrays = append(arrays, a)
	}
	return arrays, nil
}

// readMember reads the header of an array in an archive of the given size.
func (a *Array) readMember(f *zip.File, size int64, open func() (io.ReadCloser, error)) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return a.readNPY(r, open, int64(min(f.UncompressedSize64, uint64(size)*gunzip.MaxRatio)))
}

// member is a file in a zip archive.
type member struct {
	io.ReadCloser
	archive *input.Raw
}

// openMember opens file i of an archive.
func openMember(f input.File, i int) (io.ReadCloser, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(raw, raw.Size())
	if err == nil {
		var r io.ReadCloser
		if r, err = z.File[i].Open(); err == nil {
			return member{r, raw}, nil
		}
	}
	raw.Close()
	return nil, err
}

// Close closes the archive too.
func (m member) Close() error { return errors.Join(m.ReadCloser.Close(), m.archive.Close()) }

// readNPY reads the header of an array from r. The array has at most so many bytes, and
// open opens it again.
func (a *Array) readNPY(r io.Reader, open func() (io.ReadCloser, error), maxBytes int64) error {
	header, err := a.readHeader(r)
	if err != nil {
		return err
	}
	a.open = func() (io.ReadCloser, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		if err := skip(r, header); err != nil {
			r.Close()
			return nil, err
		}
		return r, nil
	}
	return a.checkShape(maxBytes - int64(header))
}

// The entries of a header's dictionary, in any order.
var (
	descr   = regexp.MustCompile(`['"]descr['"] *: *['"]([<>=|]?)([a-zA-Z])([0-9]+)['"]`)
	fortran = regexp.MustCompile(`['"]fortran_order['"] *: *(True|False)`)
	shape   = regexp.MustCompile(`['"]shape['"] *: *\(([0-9, L]*)\)`)
)

// readHeader reads what comes before the elements, and returns how long it is.
//
// Source: numpy.lib.format, NPY format versions 1.0 to 3.0.
func (a *Array) readHeader(r io.Reader) (int, error) {
	start := make([]byte, 10)
	if _, err := io.ReadFull(r, start); err != nil || !IsNPY(start) {
		return 0, errors.New("is not a NumPy array")
	}
	length, before := uint32(binary.LittleEndian.Uint16(start[8:])), 10
	if start[6] > 1 {
		more := make([]byte, 2)
		if _, err := io.ReadFull(r, more); err != nil {
			return 0, ends(0, 1, err)
		}
		length, before = binary.LittleEndian.Uint32(append(start[8:10:10], more...)), 12
	}
	if length > maxHeader {
		return 0, fmt.Errorf("must have a header of at most %d bytes (got %d)", maxHeader, length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, ends(0, 1, err)
	}
	return before + int(length), a.parse(text)
}

// parse takes the type, the order and the shape from a header's dictionary.
func (a *Array) parse(text []byte) error {
	kind, order, dims := descr.FindSubmatch(text), fortran.FindSubmatch(text), shape.FindSubmatch(text)
	if order == nil || dims == nil {
		return fmt.Errorf("must have a header that NumPy writes (got %q)", cut(text))
	}
	if kind == nil {
		return fmt.Errorf("must be an array of numbers or texts (got the header %q)", cut(text))
	}
	known := little
	if string(kind[1]) == ">" {
		known = big
	}
	size, _ := strconv.Atoi(string(kind[3]))
	var ok bool
	if a.element, ok = known[string(kind[2])+string(kind[3])]; !ok {
		if a.element, ok = textElement(string(kind[2]), size, string(kind[1])); !ok {
			return fmt.Errorf("must be an array of numbers or texts (got the type %q)", kind[0])
		}
	}
	a.columns = string(order[1]) == "True"
	for field := range strings.FieldsFuncSeq(string(dims[1]), func(c rune) bool { return c == ',' || c == ' ' || c == 'L' }) {
		n, err := strconv.Atoi(field)
		if err != nil || len(a.shape) == maxAxes {
			return fmt.Errorf("must have a shape of at most %d numbers (got %q)", maxAxes, cut(dims[1]))
		}
		a.shape = append(a.shape, n)
	}
	return nil
}

// textElement returns the type of texts of n characters: U has four bytes for each, S
// one.
func textElement(kind string, n int, order string) (element, bool) {
	const longest = 400
	switch {
	case n < 1 || n > longest:
	case kind == "S":
		return element{size: n, chars: n}, true
	case kind == "U" && order == ">":
		return element{size: 4 * n, chars: n, wide: binary.BigEndian}, true
	case kind == "U":
		return element{size: 4 * n, chars: n, wide: binary.LittleEndian}, true
	}
	return element{}, false
}

// cut returns the start of a text, for a message.
func cut(text []byte) []byte { return text[:min(len(text), 100)] }
