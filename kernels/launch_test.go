package kernels

import (
	"encoding/binary"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConstantsMatchPTX compares the constants that launch.go and the sources of the
// kernels both define: each must be in both, with the same value.
func TestConstantsMatchPTX(t *testing.T) {
	source, err := os.ReadFile("launch.go")
	if err != nil {
		t.Fatal(err)
	}
	inPTX, inGo := ptxConstants(t), goConstants(t, string(source))
	if len(inPTX) == 0 {
		t.Fatal("found no constants in kernels.ptx")
	}
	if diff := cmp.Diff(inPTX, inGo); diff != "" {
		t.Errorf("kernels.ptx (-) and launch.go (+) differ: change one of them, and run make kernels\n%s", diff)
	}
	for name, value := range inGo {
		changed := regexp.MustCompile(`(?m)^\t`+name+` += \d+$`).ReplaceAllString(string(source), "\t"+name+" = "+strconv.Itoa(value+1))
		if cmp.Equal(inPTX, goConstants(t, changed)) {
			t.Errorf("another %s than that of kernels.ptx is not noticed", name)
		}
	}
}

// ptxConstants returns the integers that are in kernels.ptx by their names, in the
// spelling of Go.
func ptxConstants(t *testing.T) map[string]int {
	t.Helper()
	values := map[string]int{}
	definition := regexp.MustCompile(`(?m)^\.global \.align 4 \.u32 (\w+) = (\d+);$`)
	for _, m := range definition.FindAllStringSubmatch(PTX, -1) {
		var name string
		for _, word := range strings.Split(m[1], "_") {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		values[name] = number(t, m[2])
	}
	return values
}

// goConstants returns the constants of a Go file without imports.
func goConstants(t *testing.T, source string) map[string]int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "launch.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check("kernels", files, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]int{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok {
			value, _ := constant.Int64Val(c.Val())
			values[name] = int(value)
		}
	}
	return values
}

// TestTwoLayerSharedBytes compares the function with the sizes that the compiler of the
// kernels has computed for some shapes, four numbers each: rows, in, units, bytes.
func TestTwoLayerSharedBytes(t *testing.T) {
	table := regexp.MustCompile(`\.b8 two_layer_slices\[\d+\] = \{([\d, ]+)\}`).FindStringSubmatch(PTX)
	if table == nil {
		t.Fatal("kernels.ptx has no two_layer_slices")
	}
	var bytes []byte
	for _, digits := range strings.Split(table[1], ", ") {
		bytes = append(bytes, byte(number(t, digits)))
	}
	sizes := make([][4]int32, len(bytes)/16)
	if _, err := binary.Decode(bytes, binary.LittleEndian, sizes); err != nil {
		t.Fatal(err)
	}
	units := map[int]bool{}
	for _, s := range sizes {
		units[int(s[2])] = true
		if got := TwoLayerSharedBytes(int(s[0]), int(s[1]), int(s[2])); got != int(s[3]) {
			t.Errorf("%d rows of %d pixels and %d units take %d bytes, must be %d", s[0], s[1], s[2], got, s[3])
		}
	}
	if diff := cmp.Diff(map[int]bool{TwoLayerMinUnits: true, TwoLayerMaxUnits: true}, units); diff != "" {
		t.Errorf("not the numbers of units that a block may have:\n%s", diff)
	}
}

func number(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
