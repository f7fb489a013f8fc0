//go:build cuda && linux

package driver

// #cgo CFLAGS: -I/usr/local/cuda/include
// #cgo LDFLAGS: -L${SRCDIR}/nolib -Wl,--as-needed -ldl
// #include <stdlib.h>
// #include "loader.h"
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"mnistgpu/internal/backend"
)

//go:generate sh -c "./symbols.sh >symbols.new && mv symbols.new symbols.h"

// A library is one of the two that are loaded when they are first needed.
type library struct {
	index    C.int
	names    []string // what to look for, in this order
	missing  string   // what it means if none is found
	override string   // environment variable that names the file instead

	mu     sync.Mutex
	loaded bool
}

var libcuda = library{
	index:    0,
	names:    []string{"libcuda.so.1"},
	missing:  "no NVIDIA driver",
	override: "MNISTGPU_LIBCUDA",
}

var libcublas = library{
	index:    1,
	names:    []string{"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"},
	missing:  "install cuBLAS of CUDA 11, 12 or 13",
	override: "MNISTGPU_LIBCUBLAS",
}

// folders returns the folders to search, the first of which means those that the
// system's loader knows.
func folders() []string {
	list := []string{"", "/usr/local/cuda/lib64", "/opt/cuda/lib64", "/usr/lib/wsl/lib"}
	if home := os.Getenv("CUDA_HOME"); home != "" {
		list = append(list, filepath.Join(home, "lib64"))
	}
	return list
}

// load finds and opens the library, unless that has been done.
func (l *library) load() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.loaded {
		return nil
	}
	if path := os.Getenv(l.override); path != "" {
		if problem := l.open(path); problem != "" {
			return fmt.Errorf("%w: %s: %s", backend.ErrNoDevice, l.override, problem)
		}
		return nil
	}
	for _, name := range l.names {
		for _, folder := range folders() {
			path := filepath.Join(folder, name)
			problem := l.open(path)
			if problem == "" {
				return nil
			}
			if !strings.HasPrefix(problem, path+": cannot open shared object file") {
				return fmt.Errorf("%w: %s", backend.ErrNoDevice, problem)
			}
		}
	}
	return fmt.Errorf("%w: %s not found: %s", backend.ErrNoDevice, strings.Join(l.names, " or "), l.missing)
}

// open returns "" or what the system's loader says is wrong.
func (l *library) open(path string) string {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if problem := C.driver_load(name, l.index); problem != nil {
		return C.GoString(problem)
	}
	l.loaded = true
	return ""
}

// path returns the file that was opened, or "" if none was.
func (l *library) path() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.loaded {
		return ""
	}
	return C.GoString(C.driver_path(l.index))
}

// initialize loads the driver and makes it ready.
func initialize() error {
	if err := libcuda.load(); err != nil {
		return err
	}
	return unopened(driverError("cuInit", int(C.driver_init())))
}
