//go:build cuda && linux

package driver

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A driver is never given a library of a newer CUDA.
func TestCublasOfTheDriver(t *testing.T) {
	for driver, want := range map[int]string{
		0:  "libcublas.so.13 libcublas.so.12 libcublas.so.11",
		11: "libcublas.so.11",
		12: "libcublas.so.12 libcublas.so.11",
		13: "libcublas.so.13 libcublas.so.12 libcublas.so.11",
		14: "libcublas.so.13 libcublas.so.12 libcublas.so.11",
	} {
		if got := strings.Join(cublasNames(driver), " "); got != want {
			t.Errorf("for CUDA %d: %s, want %s", driver, got, want)
		}
	}
	if hint := cublasMissing(12); !strings.Contains(hint, "nvidia-cublas-cu12") {
		t.Errorf("a driver of CUDA 12 lacks: %s", hint)
	}
}

// Environments are searched in this order, wheels only where they are.
func TestFoldersOfCublas(t *testing.T) {
	root := t.TempDir()
	packages := filepath.Join(root, "venv", "lib", "python3.12", "site-packages")
	var wheels []string
	for _, name := range []string{"cu13", "cublas"} {
		wheels = append(wheels, filepath.Join(packages, "nvidia", name, "lib"))
		if err := os.MkdirAll(wheels[len(wheels)-1], 0o777); err != nil {
			t.Fatal(err)
		}
	}
	// A python3 that is a script, in front of all others.
	script := "#!/bin/sh\necho " + packages + "\n"
	if err := os.WriteFile(filepath.Join(root, "python3"), []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", root+":"+os.Getenv("PATH"))
	variables := map[string]string{"CUDA_HOME": "/cuda", "CUDA_PATH": "/path", "CONDA_PREFIX": "/conda", "VIRTUAL_ENV": filepath.Join(root, "venv")}
	got := cublasFolders(func(name string) string { return variables[name] })
	want := slices.Concat(systemFolders(), []string{"/cuda/lib64", "/path/lib64", "/conda/lib"}, wheels)
	if !slices.Equal(got, want) {
		t.Errorf("searched are %q, want %q", got, want)
	}
	if got := pythonFolders(); !slices.Equal(got, wheels) {
		t.Errorf("python3 has %q, want %q", got, wheels)
	}
}
