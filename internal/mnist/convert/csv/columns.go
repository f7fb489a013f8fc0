package csv

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/mnist/convert/sample"
)

// A column is what a column of the table holds.
type column uint8

const (
	pixel column = iota
	label
	ignored
)

// labelNames are the names of columns of labels, in the order of preference.
var labelNames = []string{"label", "labels", "class", "target", "y", "digit", "character"}

// ignoredNames are the names of columns that number the lines, as pandas and others
// write them.
var ignoredNames = []string{"", "id", "index", "idx", "imageid", "image_id", "image id", "unnamed: 0", "row", "rowid", "__index_level_0__"}

// LabelColumn returns the index of the column of labels among columns of these names,
// or -1. If name is not empty, it is the name or the number of that column, and it is an
// error if there is none.
func LabelColumn(names iter.Seq[[]byte], name string) (int, error) {
	usual := labelNames
	if name != "" {
		usual = []string{name}
	}
	at, best, n := -1, len(usual), 0
	for column := range names {
		rank := slices.IndexFunc(usual, func(u string) bool { return strings.EqualFold(u, string(column)) })
		if rank >= 0 && rank < best {
			at, best = n, rank
		}
		n++
	}
	if name == "" || at >= 0 {
		return at, nil
	}
	if number, err := strconv.Atoi(name); err == nil && number >= 1 && number <= n {
		return number - 1, nil
	}
	return -1, fmt.Errorf("must have a column %q (got %s)", name, listed(names, n))
}

// IsIndex reports whether a column of this name numbers the lines.
func IsIndex(name []byte) bool {
	return slices.ContainsFunc(ignoredNames, func(s string) bool { return strings.EqualFold(s, string(name)) })
}

// listed names the first of n columns.
func listed(names iter.Seq[[]byte], n int) string {
	const most = 6
	var first []string
	for name := range names {
		if len(first) == most {
			break
		}
		first = append(first, sample.Cut(name))
	}
	return fmt.Sprintf("%d columns: %s", n, strings.Join(first, ", "))
}

// maxSniffed is how many lines are looked at to find out what the columns are, and
// sniffedBytes how many bytes.
const (
	maxSniffed   = 1000
	sniffedBytes = 4 << 20
)

// sniff finds out what the columns are from the first lines. The error says in one line
// why there are no images in them.
func (s *source) sniff(lines [][]byte) error {
	s.separator = separatorOf(lines)
	s.header = isHeader(fields(lines[0], s.separator), s.separator)
	named := 0
	var header iter.Seq[[]byte]
	if s.header {
		header, named = fields(lines[0], s.separator), s.trimmed(lines[0])
		lines = lines[1:]
	}
	n := s.usual(lines, named)
	unnamed := 0 // columns before the first name: R leaves out that of the line's name
	if s.header && named != n {
		if unnamed = n - named; unnamed != 1 {
			return fmt.Errorf("must have as many columns as its header (got %d and %d)", n, named)
		}
	}
	s.columns = make([]column, n)
	if unnamed == 1 {
		s.columns[0] = ignored
	}
	at, err := s.findLabel(header, unnamed)
	if err != nil {
		return err
	}
	return s.place(at, lines)
}

// isHeader reports whether the fields of the first line name columns: no field is a
// number, or there are names and the numbers 0, 1, 2 and so on, as pandas writes them for
// columns without names. As labels and pixels these are implausible from ten on.
func isHeader(line iter.Seq[[]byte], separator byte) bool {
	const implausible = 10
	numbers, names := 0, 0
	for field := range line {
		if v, ok := number(field, separator); ok && v == float64(numbers) {
			numbers++
		} else if ok {
			return false
		} else {
			names++
		}
	}
	return names > 0 && numbers == 0 || numbers >= implausible
}

// trimmed returns the number of fields of a line, without an empty one at its end.
func (s *source) trimmed(line []byte) int {
	n, last := 0, []byte(nil)
	for last = range fields(line, s.separator) {
		n++
	}
	if len(last) == 0 && n > 1 {
		n--
	}
	return n
}

// usual returns the number of columns that most of the lines have, or that of the header
// if there are none.
func (s *source) usual(lines [][]byte, header int) int {
	count := map[int]int{}
	most := header
	for _, line := range lines {
		n := s.trimmed(line)
		if count[n]++; count[n] > count[most] {
			most = n
		}
	}
	return most
}

// findLabel marks the columns that only number the lines, and returns the index of the
// column of labels that the header or the user names, or -1.
func (s *source) findLabel(header iter.Seq[[]byte], unnamed int) (int, error) {
	if header == nil {
		header = func(yield func([]byte) bool) {
			for range s.columns {
				if !yield([]byte("without a name")) {
					return
				}
			}
		}
	}
	at, err := LabelColumn(header, s.request.LabelColumn)
	if err != nil && !s.request.Unlabelled {
		return -1, err
	}
	if i := unnamed; s.header {
		for name := range header {
			if i == at+unnamed && at >= 0 {
				s.tell("labels are in the column %q, number %d of %d", sample.Cut(name), i+1, len(s.columns))
			} else if i < len(s.columns) && IsIndex(name) {
				s.columns[i] = ignored
			}
			i++
		}
	}
	if at >= 0 {
		at += unnamed
	}
	return at, nil
}

// place decides which columns are pixels and, if at is -1, which one has the labels.
func (s *source) place(at int, lines [][]byte) error {
	if at >= 0 && at < len(s.columns) {
		s.columns[at] = label
		s.labelled = true
	} else if err := s.placeByNumber(lines); err != nil {
		return err
	}
	if n := s.pixels(); !s.isImage(n) {
		return fmt.Errorf("must have the pixels of a square, or of the size given, in each line (got %d columns of pixels)", n)
	}
	return nil
}

// pixels returns the number of columns of pixels.
func (s *source) pixels() int {
	n := 0
	for _, c := range s.columns {
		if c == pixel {
			n++
		}
	}
	return n
}

// isImage reports whether n pixels are an image.
func (s *source) isImage(n int) bool {
	if s.request.Height > 0 {
		return n == s.request.Height*s.request.Width
	}
	return sample.IsSquare(n)
}

// placeByNumber decides by the number of the columns that are left which of them are no
// pixels: the label is the first or the last column, and a first column that counts the
// lines may come before it.
func (s *source) placeByNumber(lines [][]byte) error {
	n := s.pixels()
	first := slices.Index(s.columns, pixel)
	if n > 2 && !s.isImage(n-1) && s.isImage(n-2) && s.countsLines(lines, first) {
		s.columns[first] = ignored
		n--
		first += 1 + slices.Index(s.columns[first+1:], pixel)
		s.tell("the first column numbers the lines")
	}
	switch {
	case s.isImage(n) && (n > 1 || s.request.Unlabelled):
		return nil
	case !s.isImage(n - 1):
		return fmt.Errorf("must have a label and the pixels of a square, or of the size given, in each line (got %d columns)", n)
	case s.request.Unlabelled:
		s.columns[first] = ignored
		return nil
	}
	s.labelled = true
	last := len(s.columns) - 1
	for s.columns[last] != pixel {
		last--
	}
	if s.constant(lines, first) && !s.constant(lines, last) {
		first = last
		s.tell("labels are in the last column: the first one is always the same")
	}
	s.columns[first] = label
	return nil
}

// countsLines reports whether a column counts the lines, from 0 or 1.
func (s *source) countsLines(lines [][]byte, at int) bool {
	const enough = 10 // lines, not to be taken for labels
	first := 0.0
	for i, line := range lines {
		v, ok := number(s.field(line, at), s.separator)
		if i == 0 {
			first = v
		}
		if !ok || v != first+float64(i) || first > 1 {
			return false
		}
	}
	return len(lines) >= enough
}

// constant reports whether a column is the same in all lines.
func (s *source) constant(lines [][]byte, at int) bool {
	var first []byte
	for i, line := range lines {
		field := s.field(line, at)
		if i == 0 {
			first = field
		} else if !bytes.Equal(field, first) {
			return false
		}
	}
	return true
}

// field returns a field of a line, or nil.
func (s *source) field(line []byte, at int) []byte {
	i := 0
	for field := range fields(line, s.separator) {
		if i == at {
			return field
		}
		i++
	}
	return nil
}
