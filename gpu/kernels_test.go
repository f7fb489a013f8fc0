//go:build cuda && linux

package gpu

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKernelTable compares the table with the sources.
func TestKernelTable(t *testing.T) {
	sources, err := filepath.Glob("../kernels/*.cu")
	if err != nil || len(sources) == 0 {
		t.Fatalf("found %v, %v", sources, err)
	}
	var want []string
	definition := regexp.MustCompile(`(?m)^KERNEL\((\w+),`)
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range definition.FindAllStringSubmatch(string(text), -1) {
			want = append(want, m[1])
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, kernelNames[:]); diff != "" {
		t.Errorf("kernels (-) and table (+) differ:\n%s", diff)
	}
}
