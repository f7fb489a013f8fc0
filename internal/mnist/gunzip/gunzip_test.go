package gunzip

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
)

// pack returns a gzip member for each part.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		z := gzip.NewWriter(&b)
		if _, err := io.WriteString(z, part); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func unpack(content []byte) ([]byte, error) {
	r, err := NewReader(bufio.NewReader(bytes.NewReader(content)))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestRead(t *testing.T) {
	for name, content := range map[string][]byte{
		"one member":      pack(t, "abcd"),
		"two members":     pack(t, "ab", "cd"),
		"empty members":   pack(t, "", "ab", "", "", "cd", ""),
		"padding":         append(pack(t, "abcd"), make([]byte, 10_000)...),
		"one zero":        append(pack(t, "ab", "cd"), 0),
		"many of a block": pack(t, append(empty(freeMembers-1), "abcd")...),
	} {
		got, err := unpack(content)
		if err != nil || string(got) != "abcd" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// empty returns n empty texts.
func empty(n int) []string { return make([]string, n) }

func TestReadRefuses(t *testing.T) {
	good := pack(t, "abcd")
	flipped := bytes.Clone(good)
	flipped[len(good)-8] ^= 1
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"a byte":             {append(bytes.Clone(good), 'x'), ErrTrailing.Error()},
		"a byte in zeros":    {append(append(bytes.Clone(good), make([]byte, 9)...), 'x'), ErrTrailing.Error()},
		"a cut":              {good[:len(good)-1], "unexpected EOF"},
		"a cut second":       {append(bytes.Clone(good), good[:9]...), "unexpected EOF"},
		"a cut magic number": {append(bytes.Clone(good), 0x1f), ErrTrailing.Error()},
		"a wrong sum":        {append(bytes.Clone(good), flipped...), "gzip: invalid checksum"},
		"too many members":   {pack(t, empty(freeMembers+1)...), "must have at most 1024 members in its first 0 bytes"},
	} {
		_, err := unpack(test.content)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// Members of the size that bgzip gives them are read, however many there are, and the
// limit grows with the content, not with the members.
func TestManyMembers(t *testing.T) {
	block := strings.Repeat("x", perMember)
	full := bytes.Repeat(pack(t, block), 2*freeMembers)
	if got, err := unpack(full); err != nil || len(got) != 2*freeMembers*perMember {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	small := bytes.Repeat(pack(t, block[:perMember/2]), 3*freeMembers)
	if _, err := unpack(small); err == nil {
		t.Error("members of half the size are accepted")
	}
}

// After an error the reader stays at it.
func TestErrorsStay(t *testing.T) {
	r, err := NewReader(bufio.NewReader(bytes.NewReader(append(pack(t, "a"), 'x'))))
	if err != nil {
		t.Fatal(err)
	}
	io.ReadAll(r)
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, ErrTrailing) {
		t.Errorf("the next read gave %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(pack(f, "ab", "", "cd"), 3)
	f.Add(append(pack(f, "ab"), 0, 0, 1), 1)
	f.Add(pack(f, strings.Repeat("x", 100_000)), 9)
	f.Fuzz(func(t *testing.T, content []byte, times int) {
		content = bytes.Repeat(content, min(max(times, 1), 2000))
		var n int64
		var err error
		read := func() {
			n = 0
			r, e := NewReader(bufio.NewReader(bytes.NewReader(content)))
			if err = e; err == nil {
				n, err = io.Copy(io.Discard, io.LimitReader(r, 32<<20))
			}
		}
		read()
		hostile.CheckCost(t, max(int(n), len(content)), read)
		if err != nil && strings.Contains(fmt.Sprint(err), "\n") {
			t.Errorf("error of several lines: %v", err)
		}
	})
}
