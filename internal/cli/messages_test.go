package cli

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mnistgpu/internal/ui"
)

var update = flag.Bool("update", false, "renew testdata/messages.golden")

// TestMessages compares all help texts and all messages of the program with a page that a
// person has read from top to bottom. Renew it with -update, and read what changed.
func TestMessages(t *testing.T) {
	var page bytes.Buffer
	page.WriteString("Everything that mnistgpu says, for a person to read aloud.\nMade by: go test ./internal/cli -run TestMessages -update\n")
	writeHelp(t, &page)
	writeMessages(t, &page)
	const golden = "testdata/messages.golden"
	if *update {
		if err := os.WriteFile(golden, page.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(page.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d of %s is %q, want %q: read the new text, and renew the page with -update", i+1, golden, slices.Concat(got, []string{""})[min(i, len(got))], line)
		}
	}
	if len(got) > bytes.Count(want, []byte("\n"))+1 {
		t.Fatalf("%s lacks text: renew it with -update", golden)
	}
}

// writeHelp writes the help of every command.
func writeHelp(t *testing.T, page *bytes.Buffer) {
	var help func(cmd *cobra.Command, path []string)
	help = func(cmd *cobra.Command, path []string) {
		fmt.Fprintf(page, "\n#### mnistgpu %s\n\n", strings.Join(append([]string{"help"}, path...), " "))
		o := &ui.IO{Stdout: page, Stderr: page, Getenv: noVariable, Environ: noVariables}
		if code := Run(append([]string{"help"}, path...), o); code != 0 {
			t.Errorf("help %v: exit code %d", path, code)
		}
		for _, sub := range cmd.Commands() {
			if sub.Name() != "help" && (sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand()) && cmd.Name() != "completion" {
				help(sub, append(slices.Clone(path), sub.Name()))
			}
		}
	}
	help(newRoot(&ui.IO{Stdout: page}), nil)
}

func noVariable(string) string { return "" }
func noVariables() []string    { return nil }

// saying are the functions whose texts people read, as they are called.
var saying = []string{
	"Usage", "In", "Inf", "New", "Writing", "WithHint", "Errorf", "Notef", "Warnf", "Hintf", "Printf", "limited",
}

// writeMessages writes the texts of all messages in the source, by file. What a verb such
// as %s stands for is best seen there.
func writeMessages(t *testing.T, page *bytes.Buffer) {
	for _, root := range []string{"../../internal", "../../cpu", "../../gpu"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := d.Name()
			if d.IsDir() && (name == "testdata" || name == "backendtest" || name == "durabletest" || name == "traintest" || name == "sim" || name == "avo" || name == "browsertest" || name == "hostile") {
				return filepath.SkipDir
			}
			if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				messagesOf(t, page, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

var (
	words = regexp.MustCompile(`[a-z]{2}`)
	verbs = regexp.MustCompile(`%[-+*.0-9]*[a-z]`)
)

// messagesOf writes the texts of the messages in a file.
func messagesOf(t *testing.T, page *bytes.Buffer, path string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !says(call) {
			return true
		}
		for _, arg := range call.Args {
			ast.Inspect(arg, func(n ast.Node) bool {
				_, inner := n.(*ast.CallExpr)
				if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
					if s, err := strconv.Unquote(text.Value); err == nil {
						texts = append(texts, s)
					}
				}
				return !inner
			})
		}
		return true
	})
	texts = slices.DeleteFunc(texts, func(s string) bool { return !words.MatchString(verbs.ReplaceAllString(s, "")) })
	if len(texts) == 0 {
		return
	}
	fmt.Fprintf(page, "\n#### %s\n\n", filepath.ToSlash(strings.TrimPrefix(path, "../../")))
	for _, s := range texts {
		fmt.Fprintf(page, "%s\n", strings.TrimRight(s, "\n"))
	}
}

func says(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return slices.Contains(saying, f.Sel.Name)
	case *ast.Ident:
		return slices.Contains(saying, f.Name) || strings.HasSuffix(f.Name, "rrorf") || strings.HasSuffix(f.Name, "aultf")
	}
	return false
}
