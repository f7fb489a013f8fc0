package mnist

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mnistgpu/internal/fault"
)

// NamesFile is the file in a data set's folder that names its classes: one
// name a line, that of class 0 first.
const NamesFile = "classes.txt"

// maxNameBytes bounds a class's name.
const maxNameBytes = 100

var digitNames = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// DefaultNames returns names for n classes that have none: the digits as words if
// there are ten, otherwise numbers.
func DefaultNames(n int) []string {
	if n == len(digitNames) {
		return slices.Clone(digitNames)
	}
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// CheckNames checks names for classes: there must be 1 to 256 of them, each short,
// printable and unique. The error gives the number of the name, from 1.
func CheckNames(names []string) error {
	if len(names) < 1 || len(names) > MaxClasses {
		return fmt.Errorf("there must be 1 to %d names (got %d)", MaxClasses, len(names))
	}
	for i, name := range names {
		switch {
		case name == "":
			return fmt.Errorf("name %d is empty", i+1)
		case len(name) > maxNameBytes:
			return fmt.Errorf("name %d must have at most %d bytes (got %d)", i+1, maxNameBytes, len(name))
		case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			return fmt.Errorf("name %d must be printable (got %q)", i+1, name)
		case slices.Contains(names[:i], name):
			return fmt.Errorf("name %d must be unique (got %q, like name %d)", i+1, name, slices.Index(names, name)+1)
		}
	}
	return nil
}

// EncodeNames returns the content of a [NamesFile].
func EncodeNames(names []string) []byte { return []byte(strings.Join(names, "\n") + "\n") }

// ReadNames reads the names of the classes from the [NamesFile] in dir. If there is
// no such file, it returns no names and no error.
func ReadNames(dir string) ([]string, error) {
	path := filepath.Join(dir, NamesFile)
	const limit = MaxClasses * (maxNameBytes + 2)
	content, err := fault.Read(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	content = bytes.TrimPrefix(content, []byte("\ufeff")) // a byte-order mark, as Windows writes it
	for line := range bytes.Lines(content) {
		names = append(names, string(bytes.TrimSpace(line)))
	}
	if err := CheckNames(names); err != nil {
		return nil, fault.In(path, err)
	}
	return names, nil
}
