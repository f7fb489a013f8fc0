package cpu

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"strings"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// KernelsVariable is the environment variable that names the kernels, or gonum, where
// Options leave the choice open.
const KernelsVariable = "MNISTGPU_CPU"

// Values of Options.Kernels besides the names of package kernel's sets.
const (
	autoName   = "auto"
	sparseName = "sparse"
	gonumName  = "gonum"
)

// Options say how the backend computes.
type Options struct {
	// Kernels names what multiplies the matrices: a set of kernels, such as "avx512",
	// "avx2" or "generic", which is plain Go; or "gonum", a dense BLAS in Go, which is
	// there to compare results with.
	//
	// "auto", or the empty string, is what KernelsVariable names or, if it is not set,
	// the fastest set that the processor can run. "sparse" is the same, but ignores the
	// variable if it names gonum.
	Kernels string

	// BLAS, if it is not nil, multiplies instead, and Kernels is only its name. The
	// benchmarks compare the kernels with other libraries through it.
	BLAS blas.Float32

	// Threads is the number of threads that compute; 0 means GOMAXPROCS. It says
	// nothing about the threads that BLAS may have.
	Threads int
}

// Kernels lists the names that are available on this processor, besides auto and
// sparse: the sets of kernels, the fastest first, and then gonum.
func Kernels() []string {
	var names []string
	for _, set := range kernel.Sets() {
		names = append(names, set.Name)
	}
	return append(names, gonumName)
}

// Open returns a backend on the host's processor. It returns an error if the kernels of o
// are not available, which starts with KernelsVariable if the variable is to blame.
func Open(o Options) (backend.Backend, error) {
	threads := cmp.Or(o.Threads, runtime.GOMAXPROCS(0))
	m, err := o.choose()
	if err != nil {
		return nil, err
	}
	b := &Backend{multiplier: m, threads: threads, pool: newPool(threads)}
	b.scratch.images = newImages(threads)
	return b, nil
}

// multiplier is what multiplies the matrices: a BLAS if there is one, with the generic
// kernels for the updates, or a set of kernels.
type multiplier struct {
	name    string
	kernels *kernel.Set
	blas    blas.Float32
}

// Multiplier returns the name of the kernels or the BLAS, as in [Options].
func (m multiplier) Multiplier() string { return m.name }

// choose returns what o names or, if it leaves the choice open, what the variable
// names.
func (o Options) choose() (multiplier, error) {
	if o.BLAS != nil {
		return multiplier{o.Kernels, kernel.Generic(), o.BLAS}, nil
	}
	variable := os.Getenv(KernelsVariable)
	free := o.Kernels == "" || o.Kernels == autoName || o.Kernels == sparseName && variable != gonumName
	if variable == "" || !free {
		return named(o.Kernels)
	}
	m, err := named(variable)
	if err != nil {
		err = fmt.Errorf("%s: %w", KernelsVariable, err)
	}
	return m, err
}

// named returns the kernels, or gonum, by name.
func named(name string) (multiplier, error) {
	sets := kernel.Sets()
	switch name {
	case "", autoName, sparseName:
		return multiplier{name: sets[0].Name, kernels: sets[0]}, nil
	case gonumName:
		return multiplier{name, kernel.Generic(), gonum.Implementation{}}, nil
	}
	for _, set := range sets {
		if set.Name == name {
			return multiplier{name: name, kernels: set}, nil
		}
	}
	return multiplier{}, fmt.Errorf("this processor has no %q: choose from auto, sparse, %s", name, strings.Join(Kernels(), ", "))
}
