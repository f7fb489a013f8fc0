package hostile

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Case is a deliberately bad file and the error that it must cause.
type Case struct {
	Name    string
	Want    string // the error, without the path
	Content []byte
}

// Cases reads a txtar archive of descriptions of files, which show a reader what is
// wrong with each file. The first line of each description is
//
//	want: MESSAGE
//
// and each further line adds to the file or changes it:
//
//	hex 00000803 0000 0002   bytes
//	text "a\n"               a text, quoted as in Go
//	repeat 3 "a"             a text, repeated that many times
//	json {...}               a safetensors header: its length, itself, spaces
//	chunk IHDR 0000          a PNG chunk, with its length and checksum
//	idat 16                  a PNG chunk that unpacks to that many zeros
//	seal                     the size and the sum of a checkpoint
//	gzip                     compresses the file so far
//	bomb 4096                compresses the file so far and that many MiB of zeros
//	flip 12                  flips the lowest bit of the byte at that offset
//	cut 3                    drops that many bytes from the end
func Cases(t *testing.T, path string) []Case {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []Case
	for _, f := range archive.Files {
		first, rest, _ := strings.Cut(string(f.Data), "\n")
		want, ok := strings.CutPrefix(first, "want: ")
		if !ok {
			t.Fatalf("%s: %s does not start with want:", path, f.Name)
		}
		c := Case{Name: f.Name, Want: want}
		for line := range strings.Lines(rest) {
			if c.Content, err = extend(c.Content, strings.TrimSpace(line)); err != nil {
				t.Fatalf("%s: %s: %q: %v", path, f.Name, line, err)
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// extend applies a line of a description to b.
func extend(b []byte, line string) ([]byte, error) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "":
		return b, nil
	case "hex":
		more, err := hex.DecodeString(strings.ReplaceAll(rest, " ", ""))
		return append(b, more...), err
	case "text":
		more, err := strconv.Unquote(rest)
		return append(b, more...), err
	case "repeat":
		count, quoted, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(count)
		if err != nil {
			return nil, err
		}
		more, err := strconv.Unquote(quoted)
		return append(b, strings.Repeat(more, n)...), err
	case "json":
		const align = 8
		rest += strings.Repeat(" ", (align-len(rest)%align)%align)
		return append(binary.LittleEndian.AppendUint64(b, uint64(len(rest))), rest...), nil
	case "chunk":
		kind, digits, _ := strings.Cut(rest, " ")
		data, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		return chunk(b, kind, data), err
	case "seal":
		return Seal(b), nil
	case "gzip":
		return compress(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return nil, err
	}
	return change(b, verb, n)
}

// change applies a verb that has a number to b.
func change(b []byte, verb string, n int) ([]byte, error) {
	switch verb {
	case "idat":
		data, err := compress(make([]byte, n), func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
		return chunk(b, "IDAT", data), err
	case "bomb":
		return bomb(b, n)
	case "flip":
		b[n] ^= 1
		return b, nil
	case "cut":
		return b[:len(b)-n], nil
	}
	return nil, fmt.Errorf("unknown verb %q", verb)
}

// chunk appends a PNG chunk to b.
func chunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	at := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// bomb compresses b followed by the given number of MiB of zeros. The end of the
// compressed data is missing.
func bomb(b []byte, mib int) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	at := 0
	for _, part := range [][]byte{b, make([]byte, 1<<20), make([]byte, 1<<20)} {
		at = out.Len()
		if _, err := w.Write(part); err != nil {
			return nil, err
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
	}
	// The compressed last part can be repeated: after zeros it unpacks to zeros.
	return append(out.Bytes(), bytes.Repeat(out.Bytes()[at:], mib-2)...), nil
}

// Seal sets the size of a checkpoint in its header, which must be there, and appends
// the sum.
func Seal(b []byte) []byte {
	const sizeAt = 24
	binary.LittleEndian.PutUint64(b[sizeAt:], uint64(len(b)+sha256.Size))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func compress(b []byte, writer func(io.Writer) io.WriteCloser) ([]byte, error) {
	var out bytes.Buffer
	w := writer(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// Gzip returns one gzip member that holds data.
func Gzip(t testing.TB, data []byte) []byte {
	t.Helper()
	out, err := compress(data, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}
