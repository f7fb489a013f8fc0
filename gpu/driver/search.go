//go:build cuda && linux

package driver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gorgonia.org/cu"
)

// majors are the versions of CUDA whose cuBLAS this package calls, the newest first.
var majors = []int{13, 12, 11}

// driverMajor returns the newest CUDA that the driver can run, or 0 if no driver is loaded.
func driverMajor() int {
	if !libcuda.loaded {
		return 0
	}
	return cu.Version() / 1000
}

// cublasNames returns the names of cuBLAS, the newest first. A driver runs all libraries of
// its own major version and of older ones, but none of newer ones.
//
// Source: CUDA Compatibility, "Minor Version Compatibility" and "Backward Compatibility",
// NVIDIA, 2025.
func cublasNames(driver int) (names []string) {
	for _, major := range majors {
		if driver == 0 || major <= driver {
			names = append(names, fmt.Sprintf("libcublas.so.%d", major))
		}
	}
	return names
}

// cublasMissing says what to install. PyPI's wheel for CUDA 13 has no suffix.
func cublasMissing(driver int) string {
	switch {
	case driver == 12:
		return "the driver is for CUDA 12: pip install nvidia-cublas-cu12"
	case driver >= 13:
		return "pip install nvidia-cublas"
	}
	return "install cuBLAS of CUDA 11, 12 or 13"
}

// systemFolders are those in which a system keeps the libraries of its driver and of CUDA.
func systemFolders() []string {
	return []string{"", "/usr/local/cuda/lib64", "/opt/cuda/lib64", "/usr/lib/wsl/lib"}
}

// cublasFolders returns the folders in which people have cuBLAS: those of the system, of
// CUDA_HOME, CUDA_PATH and Conda, and of the wheels in the Python environment that the
// program is in or that is active.
func cublasFolders(getenv func(string) string) []string {
	folders := systemFolders()
	for _, variable := range []string{"CUDA_HOME", "CUDA_PATH"} {
		if home := getenv(variable); home != "" {
			folders = append(folders, filepath.Join(home, "lib64"))
		}
	}
	var prefixes []string
	if own, err := os.Executable(); err == nil {
		prefixes = append(prefixes, filepath.Dir(filepath.Dir(own)))
	}
	if prefix := getenv("CONDA_PREFIX"); prefix != "" {
		folders = append(folders, filepath.Join(prefix, "lib"))
		prefixes = append(prefixes, prefix)
	}
	if prefix := getenv("VIRTUAL_ENV"); prefix != "" {
		prefixes = append(prefixes, prefix)
	}
	for _, prefix := range prefixes {
		packages, _ := filepath.Glob(filepath.Join(prefix, "lib", "python3*", "site-packages"))
		folders = append(folders, wheelFolders(packages...)...)
	}
	return folders
}

// wheelFolders returns the folders of NVIDIA's cuBLAS wheels in folders of packages.
func wheelFolders(packages ...string) (folders []string) {
	for _, dir := range packages {
		for _, wheel := range []string{"cu13", "cublas"} {
			if lib := filepath.Join(dir, "nvidia", wheel, "lib"); isDir(lib) {
				folders = append(folders, lib)
			}
		}
	}
	return folders
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// pythonFolders returns those of the wheels of the python3 that comes first in PATH. It may
// be a script that starts another one, so it is asked, for at most two seconds.
func pythonFolders() []string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", "import site; print(*site.getsitepackages(), site.getusersitepackages(), sep='\\n')").Output()
	if err != nil {
		return nil
	}
	return wheelFolders(strings.Fields(string(out))...)
}
