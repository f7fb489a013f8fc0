package house

import (
	"go/ast"
	"testing"
)

func TestEveryPackageIsExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() && s.folder() != "internal/house" {
			continue
		}
		explained[s.folder()] = explained[s.folder()] || s.syntax.Doc != nil
	}
	for folder, ok := range explained {
		if !ok {
			t.Errorf("no file of %s has a package comment", folder)
		}
	}
}

func TestEveryExportedNameIsExplained(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || ast.IsGenerated(s.syntax) {
			continue
		}
		for _, decl := range s.syntax.Decls {
			for _, name := range unexplained(decl) {
				t.Errorf("%s: %s has no doc comment", s.path, name)
			}
		}
	}
}

// unexplained returns the exported names of decl that have no doc comment. The members
// of a group may share the group's comment.
func unexplained(decl ast.Decl) []string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Name.IsExported() && decl.Doc == nil && exportedReceiver(decl) && !obvious[decl.Name.Name] {
			return []string{decl.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range decl.Specs {
			names = append(names, unexplainedSpec(decl, spec)...)
		}
		return names
	}
	return nil
}

// obvious are the methods of the standard library's interfaces.
var obvious = map[string]bool{"Error": true, "Unwrap": true, "String": true}

func unexplainedSpec(group *ast.GenDecl, spec ast.Spec) []string {
	var names []string
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() && spec.Doc == nil && group.Doc == nil {
			names = append(names, spec.Name.Name)
		}
		if i, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
			names = append(names, unexplainedMethods(i)...)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() && spec.Doc == nil && group.Doc == nil && spec.Comment == nil {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func unexplainedMethods(i *ast.InterfaceType) []string {
	var names []string
	for _, method := range i.Methods.List {
		for _, name := range method.Names {
			if name.IsExported() && method.Doc == nil {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// exportedReceiver reports whether decl is a function, or a method of an exported type.
func exportedReceiver(decl *ast.FuncDecl) bool {
	if decl.Recv == nil {
		return true
	}
	t := decl.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}
