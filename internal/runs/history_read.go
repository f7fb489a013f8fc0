package runs

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
)

// Limits of a history, far above what a run takes.
const (
	maxHistory = 256 << 20 // bytes
	maxHeader  = 4 << 10   // bytes
)

// ReadHistory reads the history.csv of a run, whose columns may be in any order,
// and others between them. The error is an [*Error], which wraps
// [fs.ErrNotExist] if there is none.
func ReadHistory(dir string) (*History, error) {
	path := filepath.Join(dir, HistoryFile)
	content, err := readFile(path, maxHistory)
	if err != nil {
		return nil, err
	}
	h, err := decodeHistory(content)
	if err != nil {
		return nil, &Error{path, fmt.Errorf("is no history of a run: %w", err)}
	}
	return h, nil
}

// decodeHistory counts the lines before it takes memory for their numbers. A list
// of the fields, as other readers make it, would take many times the file.
func decodeHistory(content []byte) (*History, error) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	names, err := decodeHeader(bytes.TrimSuffix(first, []byte("\r")))
	if err != nil {
		return nil, err
	}
	h := &History{columns: map[string][]float64{}}
	for number, line := range linesBelow(rest) {
		if n := bytes.Count(line, comma) + 1; n != len(names) {
			return nil, fmt.Errorf("line %d has %d fields: want %d", number, n, len(names))
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
		return nil, fmt.Errorf("its first line has %d bytes: want at most %d", len(line), maxHeader)
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

// linesBelow goes through the lines below the header, with their numbers. Empty ones
// mean nothing.
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

// add puts a field below a name.
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

// lacksNumber reports whether a field below a name stands for no number. Optional
// columns may lack one, and so may a test loss that was not finite: a run that is
// about to diverge goes on with it.
func lacksNumber(name string, field []byte) bool {
	switch string(field) { // which takes no memory
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
		return fmt.Errorf("is %q: want a finite number", string(field[:longest])+"...")
	}
	return fmt.Errorf("is %q: want a finite number", field)
}
