package cpu

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"gonum.org/v1/gonum/blas/gonum"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// KernelsVariable is the environment variable that names the kernels or the BLAS
// where Options leave the choice open.
const KernelsVariable = "MNISTGPU_CPU"

// Values of Options.Kernels besides the names of package kernel's sets.
const (
	autoName     = "auto"
	sparseName   = "sparse"
	genericName  = "generic"
	gonumName    = "gonum"
	openBLASName = "openblas"
)

// ErrNoOpenBLAS says that the program was built without OpenBLAS.
var ErrNoOpenBLAS = errors.New("this program was built without OpenBLAS")

// Options say how the backend computes.
type Options struct {
	// Kernels names what multiplies the matrices: a set of kernels, such as "avx512",
	// "avx2" or "generic", which is plain Go; or, for comparison, a dense BLAS: "gonum",
	// which is in Go, or "openblas", if the program was built with it.
	//
	// "auto", or the empty string, means what KernelsVariable names or, if it is
	// not set, for the fastest set that the processor can run. "sparse" is the same,
	// but ignores the variable if it names a BLAS.
	Kernels string

	// Threads is the number of threads that compute; 0 means GOMAXPROCS.
	Threads int
}

// Kernels lists the names that are available on this processor and in this build,
// besides auto and sparse: the sets of kernels, the fastest first, and then the BLAS
// libraries.
func Kernels() []string {
	var names []string
	for _, set := range kernel.Sets() {
		names = append(names, set.Name)
	}
	return append(names, BLAS()...)
}

// BLAS lists the libraries that this build can be compared with.
func BLAS() []string {
	if openBLAS == nil {
		return []string{gonumName}
	}
	return []string{gonumName, openBLASName}
}

// Open returns a backend on the host's processor. Its error is that of
// [Options.Check].
func Open(o Options) (backend.Backend, error) {
	threads := cmp.Or(o.Threads, runtime.GOMAXPROCS(0))
	m, err := o.choose()
	if err != nil {
		return nil, err
	}
	b := &Backend{multiplier: m, threads: threads}
	if m.setThreads != nil {
		m.setThreads(threads)
		threads = 1
	}
	b.pool, b.scratch.images = newPool(threads), newImages(threads)
	return b, nil
}

// Check returns an error if the kernels of o are not available. It wraps
// [ErrNoOpenBLAS] if a build with OpenBLAS has them, and starts with KernelsVariable
// if the variable is to blame.
func (o Options) Check() error {
	_, err := o.choose()
	return err
}

// choose returns what o names or, if it leaves the choice open, what the variable
// names.
func (o Options) choose() (multiplier, error) {
	variable := os.Getenv(KernelsVariable)
	free := o.Kernels == "" || o.Kernels == autoName || o.Kernels == sparseName && !isBLAS(variable)
	if variable == "" || !free {
		return named(o.Kernels)
	}
	m, err := named(variable)
	if err != nil {
		err = fmt.Errorf("%s: %w", KernelsVariable, err)
	}
	return m, err
}

func isBLAS(name string) bool { return name == gonumName || name == openBLASName }

// named returns the kernels or the BLAS of the given name.
func named(name string) (multiplier, error) {
	sets := kernel.Sets()
	switch name {
	case "", autoName, sparseName:
		return multiplier{kernels: sets[0]}, nil
	case gonumName:
		return multiplier{blas: gonum.Implementation{}, library: name}, nil
	case openBLASName:
		if openBLAS == nil {
			return multiplier{}, ErrNoOpenBLAS
		}
		return openBLAS(), nil
	}
	for _, set := range sets {
		if set.Name == name {
			return multiplier{kernels: set}, nil
		}
	}
	return multiplier{}, fmt.Errorf("this processor has no %q: choose from auto, sparse, %s", name, strings.Join(Kernels(), ", "))
}
