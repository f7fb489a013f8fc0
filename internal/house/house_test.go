// Package house tests the house rules: which packages may import which, how long a
// file may be, and that everything exported has a comment.
package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder, seen from this one.
const root = "../.."

// maxLines is the most lines of a file, so that it can be read in one go.
const maxLines = 300

// source is a Go file of the project.
type source struct {
	path   string // from the module's folder
	syntax *ast.File
}

func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.path)) }
func (s source) isTest() bool   { return strings.HasSuffix(s.path, "_test.go") }

// files returns the paths of the project's files that match keep.
func files(t *testing.T, keep func(path string) bool) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && path != root
		if d.IsDir() && (hidden || d.Name() == "testdata" || d.Name() == "bin" || d.Name() == "runs") {
			return filepath.SkipDir
		}
		if !d.IsDir() && keep(path) {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			paths = append(paths, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatal("found no files: the test looks in the wrong place")
	}
	return paths
}

// fset has the positions of all files that were parsed.
var fset = token.NewFileSet()

// sources parses every Go file of the project, whatever its build tags.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, path := range files(t, func(path string) bool { return strings.HasSuffix(path, ".go") }) {
		syntax, err := parser.ParseFile(fset, filepath.Join(root, path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{path, syntax})
	}
	return all
}

// code are the extensions of the files that people read.
var code = []string{".go", ".s", ".S", ".cu", ".cuh", ".cpp", ".c", ".h", ".sh", ".py", ".js", ".css"}

// generated matches the comment, in any language, of a generated file, which no one
// reads.
var generated = regexp.MustCompile(`(?m)^(//|/\*|#) Code generated .* DO NOT EDIT\.`)

func TestFilesCanBeReadInOneGo(t *testing.T) {
	isCode := func(path string) bool { return slices.Contains(code, filepath.Ext(path)) }
	for _, path := range files(t, isCode) {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxLines && !generated.Match(text) {
			t.Errorf("%s has %d lines, more than %d", path, n, maxLines)
		}
	}
}
