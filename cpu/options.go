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

// KernelsVariable is the environment variable that chooses what multiplies where
// Options leave the choice.
const KernelsVariable = "MNISTGPU_CPU"

// Names of Options.Kernels beside those of the sets of package kernel.
const (
	autoName     = "auto"
	sparseName   = "sparse"
	genericName  = "generic"
	gonumName    = "gonum"
	openBLASName = "openblas"
)

// ErrNoOpenBLAS says that the program was built without OpenBLAS.
var ErrNoOpenBLAS = errors.New("this program was built without OpenBLAS")

// Options are how the backend computes.
type Options struct {
	// Kernels names what multiplies the matrices: a set of our kernels, such as
	// "avx512", "avx2" or "generic", which is plain Go; or for comparison a dense BLAS,
	// "gonum", which is in Go, or "openblas", if the program was built with it.
	//
	// "auto", or nothing, is what KernelsVariable says, or else the fastest set
	// that the processor can run. "sparse" is the same, but a BLAS that the
	// variable names does not count.
	Kernels string

	// Threads is how many compute at once; 0 is as many as GOMAXPROCS says.
	Threads int
}

// Kernels lists the names that this processor and this build can choose from,
// beside auto and sparse: our kernels, the fastest first, and then the BLAS.
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

// Check returns an error if there are no such kernels. It wraps [ErrNoOpenBLAS]
// where another build has them, and begins with KernelsVariable where that is to
// blame.
func (o Options) Check() error {
	_, err := o.choose()
	return err
}

// choose returns what o, or else the variable, names.
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

// named returns what has the given name.
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
