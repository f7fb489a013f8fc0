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
	names    func() []string // what to look for, in this order
	folders  func() []string // where; "" means the folders that the system's loader knows
	last     func() []string // where else, if the first name is in none of these; or nil
	missing  func() string   // what it means if none is found
	override string          // environment variable that names the file instead

	mu     sync.Mutex
	loaded bool
}

var libcuda = library{
	index:    0,
	names:    func() []string { return []string{"libcuda.so.1"} },
	folders:  systemFolders,
	missing:  func() string { return "no NVIDIA driver" },
	override: "MNISTGPU_LIBCUDA",
}

var libcublas = library{
	index:    1,
	names:    func() []string { return cublasNames(driverMajor()) },
	folders:  func() []string { return cublasFolders(os.Getenv) },
	last:     pythonFolders,
	missing:  func() string { return cublasMissing(driverMajor()) },
	override: "MNISTGPU_LIBCUBLAS",
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
	names, folders := l.names(), l.folders()
	broken := "" // what is wrong with the first file that is there
	search := func(name string, folders []string) bool {
		for _, folder := range folders {
			path := filepath.Join(folder, name)
			problem := l.open(path)
			if problem == "" {
				return true
			}
			if broken == "" && !strings.HasPrefix(problem, path+": cannot open shared object file") {
				broken = problem
			}
		}
		return false
	}
	for i, name := range names {
		if search(name, folders) {
			return nil
		}
		if i == 0 && l.last != nil {
			more := l.last()
			if search(name, more) {
				return nil
			}
			folders = append(folders, more...)
		}
	}
	if broken != "" {
		return fmt.Errorf("%w: %s", backend.ErrNoDevice, broken)
	}
	return fmt.Errorf("%w: %s not found: %s", backend.ErrNoDevice, strings.Join(names, " or "), l.missing())
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
