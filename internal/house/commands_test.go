package house

import (
	"go/ast"
	"strconv"
	"testing"

	"mnistgpu/internal/settings"
)

// TestTheTerminalHasOneDoor checks that only package ui and main name the streams and
// the environment of the process. The engines read variables of their own.
func TestTheTerminalHasOneDoor(t *testing.T) {
	behind := map[string]bool{"Stdin": true, "Stdout": true, "Stderr": true, "Exit": true, "Getenv": true, "LookupEnv": true, "Environ": true}
	for _, s := range sources(t) {
		inside := within(s.folder(), "internal") || within(s.folder(), "cmd")
		if !inside || s.isTest() || s.folder() == "internal/ui" || s.syntax.Name.Name == "main" {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok && behind[selector.Sel.Name] && isName(selector.X, "os") {
				t.Errorf("%s names os.%s: commands get a ui.IO", s.path, selector.Sel.Name)
			}
			return true
		})
	}
}

func isName(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

// maxNamed is the most names of settings that a list outside the table may have. A list
// of more would have to be kept in step with the table by hand.
const maxNamed = 2

// TestSettingsAreListedOnce looks for lists of settings outside the table.
func TestSettingsAreListedOnce(t *testing.T) {
	known := map[string]bool{}
	for _, name := range settings.Names() {
		known[strconv.Quote(name)] = true
	}
	for _, s := range sources(t) {
		if s.isTest() || s.folder() == "internal/settings" {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if n := settingsIn(n, known); n > maxNamed {
				t.Errorf("%s has a list of %d settings: make it a column of the table", s.path, n)
			}
			return true
		})
	}
}

// settingsIn counts the names of settings among the elements of a list, the keys of a map
// or the cases of a switch.
func settingsIn(n ast.Node, known map[string]bool) int {
	count := 0
	add := func(e ast.Expr) {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			e = pair.Key
		}
		if text, ok := e.(*ast.BasicLit); ok && known[text.Value] {
			count++
		}
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			add(e)
		}
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			for _, e := range clause.(*ast.CaseClause).List {
				add(e)
			}
		}
	}
	return count
}
