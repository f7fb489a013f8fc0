//go:build linux

package sim

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// flags make a library that traps out-of-range indices into arrays and that rounds
// after each operation.
var flags = strings.Fields(`-std=c++17 -O2 -ftree-vectorize -ffp-contract=off -fPIC -shared -fvisibility=hidden
	-U_FORTIFY_SOURCE -fsanitize=bounds -fsanitize-undefined-trap-on-error`)

// errUnavailable says that this machine cannot build the library.
var errUnavailable = errors.New("no simulated device")

// build builds the library once per process.
var build = sync.OnceValues(func() (path string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	compiler, err := exec.LookPath("g++")
	if err != nil {
		return "", fmt.Errorf("%w: %w", errUnavailable, err)
	}
	arguments := append(includes(root), flags...)
	key, err := fingerprint(root, compiler, arguments)
	if err != nil {
		return "", err
	}
	folder, err := cache()
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, key+".so")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, compile(compiler, arguments, root, path)
})

// Build returns the path of the library. It rebuilds the library if its sources or the
// compiler have changed. The test is skipped, with the reason, if there is no g++, no
// cuda.h, or no sources beside the test.
func Build(t testing.TB) string {
	t.Helper()
	path, err := build()
	if errors.Is(err, errUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// compile leaves the complete library at path, or nothing.
func compile(compiler string, arguments []string, root, path string) error {
	sources, err := filepath.Glob(filepath.Join(root, "gpu/sim/library/*.cpp"))
	if err != nil {
		return err
	}
	fresh := fmt.Sprintf("%s.%d", path, os.Getpid())
	arguments = append(append(arguments, "-o", fresh), sources...)
	text, err := exec.Command(compiler, arguments...).CombinedOutput()
	switch {
	case bytes.Contains(text, []byte("cuda.h: No such file")):
		return fmt.Errorf("%w: no cuda.h: set CUDA_HOME", errUnavailable)
	case err != nil:
		return fmt.Errorf("%w\n%s", err, text)
	}
	return os.Rename(fresh, path)
}

// includes returns options for the folders of headers that g++ does not know by itself.
func includes(root string) []string {
	list := []string{"-I" + filepath.Join(root, "gpu/sim/library"), "-I" + filepath.Join(root, "kernels")}
	if home := os.Getenv("CUDA_HOME"); home != "" {
		list = append(list, "-I"+filepath.Join(home, "include"))
	}
	return append(list, "-I/usr/local/cuda/include")
}

// cache returns the folder of built libraries.
func cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	folder := filepath.Join(base, "mnistgpu", "sim")
	return folder, os.MkdirAll(folder, 0o700)
}

// fingerprint returns a hash of everything that the library is made of. It reads the
// sources in the test's own process, so that go test knows what a result depends on.
func fingerprint(root, compiler string, arguments []string) (string, error) {
	version, err := exec.Command(compiler, "--version").Output()
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s%q", version, arguments)
	for _, pattern := range []string{"gpu/sim/library/*", "gpu/driver/testdata/*.cu", "kernels/*.cu", "kernels/*.cuh"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return "", err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(hash, "%q%q", path, text)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:16]), nil
}

// moduleRoot returns the nearest folder upwards that has a go.mod.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", fmt.Errorf("%w: the module's sources are not here", errUnavailable)
		}
		folder = parent
	}
}
