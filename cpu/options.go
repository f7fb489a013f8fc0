package cpu

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"strings"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// KernelsVariable is the environment variable that chooses the kernels where
// Options leave the choice.
const KernelsVariable = "MNISTGPU_CPU"

const (
	autoName    = "auto"
	genericName = "generic"
	gonumName   = "gonum"
)

// Options are how the backend computes.
type Options struct {
	// Kernels names what multiplies the matrices: "avx512", "avx2" or "generic",
	// which is plain Go, "gonum", which is a dense BLAS in Go for comparison, or
	// "auto" or nothing for the fastest that the processor can run.
	Kernels string

	// Threads is how many compute at once; 0 is as many as GOMAXPROCS says.
	Threads int
}

// Kernels lists the names that this processor can choose from, beside auto.
func Kernels() []string {
	var names []string
	for _, set := range kernel.Sets() {
		names = append(names, set.Name)
	}
	return append(names, gonumName)
}

// Open returns a backend on the host's processor. Its error says that there are
// no such kernels.
func Open(o Options) (backend.Backend, error) {
	name, from := o.Kernels, "kernels"
	if name == "" || name == autoName {
		name, from = os.Getenv(KernelsVariable), KernelsVariable
	}
	set, err := choose(name, from)
	if err != nil {
		return nil, err
	}
	return &Backend{kernels: set, pool: newPool(cmp.Or(o.Threads, runtime.GOMAXPROCS(0)))}, nil
}

// fastest returns the kernels in assembly that the processor can run. Where there
// are none, gonum's assembly for amd64 beats our plain Go, which beats gonum's.
func fastest() *kernel.Set {
	set := kernel.Sets()[0]
	if set.Name == genericName && runtime.GOARCH == "amd64" {
		return nil
	}
	return set
}

// choose returns the kernels of the given name, or nil for gonum's.
func choose(name, from string) (*kernel.Set, error) {
	switch name {
	case "", autoName:
		return fastest(), nil
	case gonumName:
		return nil, nil
	}
	for _, set := range kernel.Sets() {
		if set.Name == name {
			return set, nil
		}
	}
	return nil, fmt.Errorf("%s: this processor has no %q, choose from auto, %s", from, name, strings.Join(Kernels(), ", "))
}
