//go:build cuda && linux

#define _GNU_SOURCE
#include <cublas_v2.h>
#include <cuda.h>
#include <dlfcn.h>
#include <string.h>

#include "loader.h"

#define HIDDEN __attribute__((visibility("hidden")))

struct entry {
	void *function;
	const char *name;
};
extern struct entry driver_table[] HIDDEN, driver_table_end[] HIDDEN;

static void *libraries[2]; /* the driver, cuBLAS */

/* What the table holds before a library is loaded, and for functions that the
   loaded one lacks. */
HIDDEN CUresult driver_no_cuda(void) { return CUDA_ERROR_NOT_INITIALIZED; }
HIDDEN cublasStatus_t driver_no_cublas(void) { return CUBLAS_STATUS_NOT_INITIALIZED; }
static CUresult lacks_cuda(void) { return CUDA_ERROR_NOT_SUPPORTED; }
static cublasStatus_t lacks_cublas(void) { return CUBLAS_STATUS_NOT_SUPPORTED; }

/* gorgonia.org/cu calls cuInit when the program starts and ends the program if
   that fails. This one succeeds; driver_init is the real one. */
HIDDEN CUresult cuInit(unsigned flags) {
	(void)flags;
	return CUDA_SUCCESS;
}

const char *driver_load(const char *path, int blas) {
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return dlerror();
	libraries[blas] = library;
	for (struct entry *e = driver_table; e < driver_table_end; e++) {
		if ((strncmp(e->name, "cublas", 6) == 0) != blas)
			continue;
		void *function = dlsym(library, e->name);
		if (function == NULL)
			function = blas ? (void *)lacks_cublas : (void *)lacks_cuda;
		e->function = function;
	}
	return NULL;
}

/* file_of returns the file that the library's function is in: its own, or that of a
   library that it is linked with. */
static const char *file_of(void *library, const char *function) {
	Dl_info info;
	if (library == NULL || !dladdr(dlsym(library, function), &info))
		return "";
	return info.dli_fname;
}

const char *driver_path(int blas) { return file_of(libraries[blas], blas ? "cublasCreate_v2" : "cuInit"); }

const char *driver_lt_path(void) { return file_of(libraries[1], "cublasLtCreate"); }

int driver_init(void) {
	CUresult (*init)(unsigned) = (CUresult(*)(unsigned))dlsym(libraries[0], "cuInit");
	return init == NULL ? CUDA_ERROR_NOT_SUPPORTED : init(0);
}

int driver_simulated(void) { return dlsym(libraries[0], "simulated_device") != NULL; }
