//go:build openblas && cgo

package cpu

// #cgo LDFLAGS: -lopenblas
// void openblas_set_num_threads(int);
// char *openblas_get_corename(void);
import "C"

import "gonum.org/v1/netlib/blas/netlib"

// openBLAS returns OpenBLAS, called through netlib's wrapper of the standard BLAS
// interface. All its users share its threads.
var openBLAS = func() multiplier {
	return multiplier{
		blas: netlib.Implementation{}, library: openBLASName, core: C.GoString(C.openblas_get_corename()),
		setThreads: func(n int) { C.openblas_set_num_threads(C.int(n)) },
	}
}
