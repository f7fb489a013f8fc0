package kernels

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parameterTypes gives the type that PTX has for a parameter in C.
func parameterType(declaration string) string {
	switch {
	case strings.Contains(declaration, "*"):
		return "u64"
	case strings.Contains(declaration, "float"):
		return "f32"
	default:
		return "u32"
	}
}

// TestPTXHoldsTheSources compares names and parameters of the kernels in the
// sources with those of the compiled ones.
func TestPTXHoldsTheSources(t *testing.T) {
	sources, err := filepath.Glob("*.cu")
	if err != nil || len(sources) == 0 {
		t.Fatalf("found %v, %v", sources, err)
	}
	want := map[string][]string{}
	definition := regexp.MustCompile(`(?s)\nKERNEL\((\w+), \(([^)]*)\)\)`)
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range definition.FindAllStringSubmatch(string(text), -1) {
			for _, declaration := range strings.Split(m[2], ",") {
				want[m[1]] = append(want[m[1]], parameterType(declaration))
			}
		}
	}

	got := map[string][]string{}
	entry := regexp.MustCompile(`(?s)\.visible \.entry (\w+)\((.*?)\)`)
	parameter := regexp.MustCompile(`\.param \.(\w+)`)
	for _, m := range entry.FindAllStringSubmatch(PTX, -1) {
		for _, p := range parameter.FindAllStringSubmatch(m[2], -1) {
			got[m[1]] = append(got[m[1]], p[1])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-) and kernels.ptx (+) differ: run make kernels\n%s", diff)
	}
}

// TestPTXIsFresh compiles the sources again. Only the compiler that wrote
// kernels.ptx gives the same bytes.
func TestPTXIsFresh(t *testing.T) {
	version, err := exec.Command("nvcc", "--version").Output()
	if err != nil {
		t.Skip("needs nvcc:", err)
	}
	release := regexp.MustCompile(`release [\d.]+, V[\d.]+`).FindString(PTX)
	if release == "" || !bytes.Contains(version, []byte(release)) {
		t.Skipf("needs nvcc %q", release)
	}
	path := filepath.Join(t.TempDir(), "kernels.ptx")
	if out, err := exec.Command("nvcc", "-ptx", "-arch=compute_75", "-o", path, "kernels.cu").CombinedOutput(); err != nil {
		t.Fatalf("nvcc: %v\n%s", err, out)
	}
	fresh, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(fresh) != PTX {
		t.Error("kernels.ptx is not what the sources compile to: run make kernels")
	}
}
