package sample

import (
	"bytes"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// maxLabels is the most different labels that are kept apart: more than there may be
// classes, so that a few wrong ones do no harm.
const maxLabels = 1024

// maxLabelBytes is the most bytes of a label that is a word.
const maxLabelBytes = 100

// Labels numbers the different labels that are found, in the order of their first
// appearance. The zero value is empty.
type Labels struct {
	numbers map[string]int
	list    []label
	scratch []byte
}

// A label is a word or a whole number.
type label struct {
	text     string
	value    int64
	isNumber bool
	samples  int
}

// missing are texts that stand for no label.
var missing = []string{"", "?", "nan", "null"}

// Text returns the number of the label that text is. A whole number is the same label
// in any spelling, such as 3, 3.0 and 3e0.
func (l *Labels) Text(text []byte) (int, *Reason) {
	if n, ok := l.numbers[string(text)]; ok {
		return n, nil
	}
	for _, m := range missing {
		if bytes.EqualFold(text, []byte(m)) {
			return -1, Because("label is missing")
		}
	}
	if text[0] <= '9' { // a number, and no error of one for each word
		if v, err := strconv.ParseFloat(string(text), 64); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return l.Number(v)
		}
	}
	if len(text) > maxLabelBytes {
		return -1, Because("label must have at most %d bytes (got %d)", maxLabelBytes, len(text))
	}
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return -1, Because("label must be printable (got %q)", Cut(text))
	}
	return l.add(label{text: string(text)})
}

// Word returns the number of the label that text is, which is a word even if it could be
// a number.
func (l *Labels) Word(text string) (int, *Reason) {
	if n, ok := l.numbers[text]; ok {
		return n, nil
	}
	return l.add(label{text: text})
}

// Number returns the number of the label that is a number.
func (l *Labels) Number(v float64) (int, *Reason) {
	switch {
	case math.IsNaN(v):
		return -1, Because("label is missing")
	case v != math.Trunc(v) || math.Abs(v) >= 1<<53:
		return -1, Because("label must be a whole number (got %v)", v)
	}
	l.scratch = strconv.AppendInt(l.scratch[:0], int64(v), 10)
	if n, ok := l.numbers[string(l.scratch)]; ok {
		return n, nil
	}
	return l.add(label{text: string(l.scratch), value: int64(v), isNumber: true})
}

func (l *Labels) add(new label) (int, *Reason) {
	if len(l.list) == maxLabels {
		return -1, Because("there must be at most %d different labels", maxLabels)
	}
	if l.numbers == nil {
		l.numbers = map[string]int{}
	}
	n := len(l.list)
	l.numbers[new.text] = n
	l.list = append(l.list, new)
	return n, nil
}

// count takes account of a sample with the label of the given number.
func (l *Labels) count(number int) { l.list[number].samples++ }

// Count takes account of n samples with the label of the given number.
func (l *Labels) Count(number, n int) { l.list[number].samples += n }
