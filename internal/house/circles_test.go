package house

import (
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"
)

// maxCircle is the most files of a package of commands that may use each other in a
// circle: a reader has to understand them all at once.
const maxCircle = 3

// TestCommandsHaveNoCircles looks for files of the packages of commands that use each
// other's declarations in a circle.
func TestCommandsHaveNoCircles(t *testing.T) {
	packages := map[string][]source{}
	for _, s := range sources(t) {
		if isCommand := within(s.folder(), "internal/cli") || within(s.folder(), "cmd"); isCommand && !s.isTest() {
			packages[s.folder()] = append(packages[s.folder()], s)
		}
	}
	if len(packages) < 8 {
		t.Fatalf("found %d packages of commands: the test looks in the wrong place", len(packages))
	}
	for folder, files := range packages {
		for _, circle := range circles(uses(files)) {
			if len(circle) > maxCircle {
				t.Errorf("%s: %d files use each other in a circle: %s", folder, len(circle), strings.Join(circle, ", "))
			}
		}
	}
}

// uses returns, for each file of a package, the other files whose declarations it uses.
func uses(files []source) map[string][]string {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	paths := map[*token.File]string{}
	var syntax []*ast.File
	for _, f := range files {
		syntax = append(syntax, f.syntax)
		paths[fset.File(f.syntax.Pos())] = f.path
	}
	// Imported packages are empty here: what the files use of them does not matter, and the
	// errors about it are ignored.
	config := types.Config{Importer: nothing{}, FakeImportC: true, Error: func(error) {}}
	pkg, _ := config.Check(files[0].folder(), fset, syntax, info)
	graph := map[string][]string{}
	add := func(from token.Pos, object types.Object) {
		if object == nil || object.Pkg() != pkg || object.Pos() == token.NoPos {
			return
		}
		a, b := paths[fset.File(from)], paths[fset.File(object.Pos())]
		if a != b && !slices.Contains(graph[a], b) {
			graph[a] = append(graph[a], b)
		}
	}
	for ident, object := range info.Uses {
		add(ident.Pos(), object)
	}
	for selector, selection := range info.Selections {
		add(selector.Pos(), selection.Obj())
	}
	return graph
}

// nothing imports every package as an empty one.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return importer.Default().Import(path)
	}
	pkg := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	pkg.MarkComplete()
	return pkg, nil
}

// circles returns the strongly connected components of a graph (Tarjan 1972).
func circles(graph map[string][]string) [][]string {
	var found [][]string
	var stack []string
	index, low := map[string]int{}, map[string]int{}
	var visit func(node string)
	visit = func(node string) {
		index[node] = len(index) + 1
		low[node] = index[node]
		stack = append(stack, node)
		for _, next := range graph[node] {
			if index[next] == 0 {
				visit(next)
				low[node] = min(low[node], low[next])
			} else if slices.Contains(stack, next) {
				low[node] = min(low[node], index[next])
			}
		}
		if low[node] == index[node] {
			at := slices.Index(stack, node)
			found = append(found, slices.Clone(stack[at:]))
			stack = stack[:at]
		}
	}
	for _, node := range slices.Sorted(maps.Keys(graph)) {
		if index[node] == 0 {
			visit(node)
		}
	}
	return found
}

func TestCirclesAreFound(t *testing.T) {
	graph := map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": nil}
	var sizes []int
	for _, c := range circles(graph) {
		sizes = append(sizes, len(c))
	}
	if slices.Sort(sizes); !slices.Equal(sizes, []int{1, 1, 3}) {
		t.Errorf("circles of %v files, want 1, 1 and 3", sizes)
	}
}
