package kernels

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	definition := regexp.MustCompile(`(?s)\nKERNEL\((\w+), \(([^)]*)\)[,)]`)
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

// TestCooperativeKernelHasNoStaticSharedMemory checks two_layer_sgd and what it calls:
// on the simulated device, which runs its blocks in turns, they would all have the same
// static shared memory.
func TestCooperativeKernelHasNoStaticSharedMemory(t *testing.T) {
	static := regexp.MustCompile(`\b_ZZ\w+`)
	if !static.MatchString(PTX) {
		t.Fatal("no kernel has static shared memory, so its names are others")
	}
	bodies := regexp.MustCompile(`(?s)\n(?:\.visible )?\.(?:entry two_layer_sgd|func \w+)\(.*?\n}`).FindAllString(PTX, -1)
	if len(bodies) < 2 {
		t.Errorf("found %d bodies, want two_layer_sgd and its functions", len(bodies))
	}
	for _, body := range bodies {
		if name := static.FindString(body); name != "" {
			t.Errorf("%s is static shared memory", name)
		}
	}
}

// entry is a kernel in PTX.
var entry = regexp.MustCompile(`(?s)\.visible \.entry (\w+)\((.*?)\)`)

// needs skips the test unless there is such a compiler of the release that wrote
// kernels.ptx.
func needs(t *testing.T, compiler string) {
	t.Helper()
	version, err := exec.Command(compiler, "--version").Output()
	if err != nil {
		t.Skipf("needs %s: %v", compiler, err)
	}
	release := regexp.MustCompile(`release [\d.]+, V[\d.]+`).FindString(PTX)
	if release == "" || !bytes.Contains(version, []byte(release)) {
		t.Skipf("needs %s %q", compiler, release)
	}
}

// TestPTXIsFresh compiles the sources again. Only the compiler that wrote
// kernels.ptx gives the same bytes.
func TestPTXIsFresh(t *testing.T) {
	needs(t, "nvcc")
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

// TestCubinHoldsTheKernels compares the kernels of both images by their names. Each
// has a section in the cubin.
func TestCubinHoldsTheKernels(t *testing.T) {
	var got, want []string
	section := regexp.MustCompile(`\x00\.text\.(\w+)\x00`)
	for _, m := range section.FindAllStringSubmatch(strings.ReplaceAll(SM90, "\x00", "\x00\x00"), -1) {
		got = append(got, m[1])
	}
	for _, m := range entry.FindAllStringSubmatch(PTX, -1) {
		want = append(want, m[1])
	}
	slices.Sort(got)
	got = slices.Compact(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kernels.ptx (-) and sm_90.cubin (+) differ: run make kernels\n%s", diff)
	}
}

// TestCubinIsFresh compiles kernels.ptx again.
func TestCubinIsFresh(t *testing.T) {
	needs(t, "ptxas")
	path := filepath.Join(t.TempDir(), "sm_90.cubin")
	if out, err := exec.Command("ptxas", "-arch=sm_90", "kernels.ptx", "-o", path).CombinedOutput(); err != nil {
		t.Fatalf("ptxas: %v\n%s", err, out)
	}
	fresh, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(fresh) != SM90 {
		t.Error("sm_90.cubin is not what kernels.ptx compiles to: run make kernels")
	}
}
