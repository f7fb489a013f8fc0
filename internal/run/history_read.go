package run

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/fault"
)

// Limits of a history, far above what a run needs.
const (
	maxHistory = 256 << 20 // bytes
	maxHeader  = 4 << 10   // bytes
)

// ReadHistory reads the history.csv of a run. Its columns may be in any order, and
// there may be others, which are ignored. The error is of the kind fault.BadData, which wraps
// [fs.ErrNotExist] if there is no such file.
func ReadHistory(dir string) (*History, error) {
	path := filepath.Join(dir, HistoryFile)
	content, err := readFile(path, maxHistory)
	if err != nil {
		return nil, err
	}
	h, err := decodeHistory(content)
	if err != nil {
		return nil, fault.Inf(path, "is not the history of a run: %w", err)
	}
	return h, nil
}

// decodeHistory counts the lines before it allocates memory for their numbers. A
// slice of all fields, as encoding/csv returns it, would take many times the memory
// of the file.
func decodeHistory(content []byte) (*History, error) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	names, err := decodeHeader(bytes.TrimSuffix(first, []byte("\r")))
	if err != nil {
		return nil, err
	}
	h := &History{columns: map[string][]float64{}}
	for number, line := range linesBelow(rest) {
		if n := bytes.Count(line, comma) + 1; n != len(names) {
			return nil, fmt.Errorf("line %d must have %d fields (got %d)", number, len(names), n)
		}
		h.Len++
	}
	for _, name := range names {
		if slices.Contains(columns, name) || slices.Contains(optional, name) {
			h.columns[name] = make([]float64, 0, h.Len)
		}
	}
	for number, line := range linesBelow(rest) {
		for _, name := range names {
			var field []byte
			field, line, _ = bytes.Cut(line, comma)
			if err := h.add(name, field); err != nil {
				return nil, fmt.Errorf("line %d: %s %w", number, name, err)
			}
		}
	}
	return h, nil
}

var comma = []byte(",")

// decodeHeader returns the names of the columns.
func decodeHeader(line []byte) ([]string, error) {
	if len(line) == 0 {
		return nil, errors.New("it is empty")
	}
	if len(line) > maxHeader {
		return nil, fmt.Errorf("its first line must have at most %d bytes (got %d)", maxHeader, len(line))
	}
	names := strings.Split(string(line), ",")
	for _, name := range slices.Concat(columns, optional) {
		at := slices.Index(names, name)
		if at < 0 && slices.Contains(columns, name) {
			return nil, fmt.Errorf("it has no column %q", name)
		}
		if slices.Contains(names[at+1:], name) {
			return nil, fmt.Errorf("it has two columns %q", name)
		}
	}
	return names, nil
}

// linesBelow iterates over the lines below the header, with their numbers. It skips
// empty lines.
func linesBelow(content []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		number := 1
		for line := range bytes.Lines(content) {
			number++
			line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
			if len(line) > 0 && !yield(number, line) {
				return
			}
		}
	}
}

// add appends a field to the column of a name.
func (h *History) add(name string, field []byte) error {
	column, ok := h.columns[name]
	if !ok {
		return nil
	}
	v := math.NaN()
	if !lacksNumber(name, field) {
		var err error
		if v, err = strconv.ParseFloat(string(field), 64); err != nil || math.IsNaN(v-v) {
			return notFinite(field)
		}
	}
	h.columns[name] = append(column, v)
	return nil
}

// lacksNumber reports whether a field of a column may mean a missing number.
// Optional columns may lack numbers. A test loss may be NaN or infinite: a run that
// is about to diverge records it and continues.
func lacksNumber(name string, field []byte) bool {
	switch string(field) { // this conversion does not allocate
	case "NaN":
		return name == "test_loss" || !slices.Contains(columns, name)
	case "+Inf", "-Inf":
		return name == "test_loss"
	case "":
		return !slices.Contains(columns, name)
	}
	return false
}

func notFinite(field []byte) error {
	const longest = 20
	if len(field) > longest {
		return fmt.Errorf("must be a finite number (got %q)", string(field[:longest])+"...")
	}
	return fmt.Errorf("must be a finite number (got %q)", field)
}
