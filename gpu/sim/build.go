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
	"slices"
	"strings"
	"sync"
	"testing"
)

// flags make code that traps out-of-range indices into arrays and that rounds after each
// operation.
var flags = strings.Fields(`-std=c++17 -O2 -ftree-vectorize -ffp-contract=off -fPIC -fvisibility=hidden
	-U_FORTIFY_SOURCE -fsanitize=bounds -fsanitize-undefined-trap-on-error`)

// kernels are the object files of the kernels and what makes each different: those of
// the second one report their accesses to memory, and trap those that are not aligned.
var kernels = []struct{ object, flags string }{
	{"kernels.o", "-DWATCHED=0"},
	{"watched_kernels.o", "-DWATCHED=1 -g1 -fsanitize=thread,alignment --param tsan-distinguish-volatile=1"},
}

// errUnavailable says that this machine cannot build the library.
var errUnavailable = errors.New("no simulated device")

// Library is the environment variable that names a library to use instead of the one
// that Build builds.
const Library = "MNISTGPU_SIM_LIBRARY"

// build builds the library once per process.
var build = sync.OnceValues(func() (path string, err error) {
	if path := os.Getenv(Library); path != "" {
		return path, nil
	}
	return buildWith("")
})

// buildWith builds the library with the kernels in a folder, or with those of the
// module if that is empty.
func buildWith(folder string) (path string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	compiler, err := exec.LookPath("g++")
	if err != nil {
		return "", fmt.Errorf("%w: %w", errUnavailable, err)
	}
	if folder == "" {
		folder = filepath.Join(root, "kernels")
	}
	arguments := append(includes(root, folder), flags...)
	key, err := fingerprint(compiler, fmt.Sprint(flags, kernels), filepath.Join(root, "gpu/sim/library/*"),
		filepath.Join(root, "gpu/driver/testdata/*.cu"), filepath.Join(folder, "*.cu"), filepath.Join(folder, "*.cuh"))
	if err != nil {
		return "", err
	}
	libraries, err := cache()
	if err != nil {
		return "", err
	}
	path = filepath.Join(libraries, key+".so")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, compile(compiler, arguments, root, path)
}

// Build returns the path of the library. It rebuilds the library if its sources or the
// compiler have changed. The test is skipped, with the reason, if there is no g++, no
// cuda.h, or no sources beside the test.
func Build(t testing.TB) string {
	t.Helper()
	return built(t, build)
}

// BuildWith is Build for a library with the kernels in another folder.
func BuildWith(t testing.TB, folder string) string {
	t.Helper()
	return built(t, func() (string, error) { return buildWith(folder) })
}

func built(t testing.TB, build func() (string, error)) string {
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
	folder, err := os.MkdirTemp(filepath.Dir(path), "build")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	library := filepath.Join(root, "gpu/sim/library")
	sources, err := filepath.Glob(filepath.Join(library, "*.cpp"))
	if err != nil {
		return err
	}
	both := filepath.Join(library, "kernels.cpp")
	sources = slices.DeleteFunc(sources, func(name string) bool { return name == both })
	for _, k := range kernels {
		object := filepath.Join(folder, k.object)
		if err := run(compiler, arguments, append(strings.Fields(k.flags), "-c", both, "-o", object)); err != nil {
			return err
		}
		sources = append(sources, object)
	}
	fresh := filepath.Join(folder, "library.so")
	link := []string{"-shared", "-Wl,-z,defs", "-T", filepath.Join(library, "shared.ld"), "-o", fresh}
	if err := run(compiler, arguments, append(link, sources...)); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// run runs the compiler.
func run(compiler string, arguments, more []string) error {
	text, err := exec.Command(compiler, slices.Concat(arguments, more)...).CombinedOutput()
	switch {
	case bytes.Contains(text, []byte("cuda.h: No such file")):
		return fmt.Errorf("%w: no cuda.h: set CUDA_HOME", errUnavailable)
	case err != nil:
		return fmt.Errorf("%w\n%s", err, text)
	}
	return nil
}

// includes returns options for the folders of headers that g++ does not know by itself.
func includes(root, kernels string) []string {
	list := []string{"-I" + filepath.Join(root, "gpu/sim/library"), "-I" + kernels}
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

// fingerprint returns a hash of everything that the library is made of: the compiler, its
// options, and the files of the patterns by their base names. It reads the sources in the
// test's own process, so that go test knows what a result depends on.
func fingerprint(compiler, options string, patterns ...string) (string, error) {
	version, err := exec.Command(compiler, "--version").Output()
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s%q", version, options)
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(hash, "%q%q", filepath.Base(path), text)
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
