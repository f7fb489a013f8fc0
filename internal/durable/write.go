package durable

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Write writes content to the file at path, replacing any that is there. It writes
// a temporary file in the same folder, waits for the disk, renames the file, and
// waits for the folder:
//
//	create, write, fsync, close, rename, fsync of the folder
//
// An error means that content may not be safe; the file at path is then the old one
// or, if only the last step failed, the new one. Write does not retry a failed
// fsync, since the kernel may have dropped what it could not write.
//
// A file must have only one writer at a time. Write removes temporary files for it
// that dead processes have left.
func Write(fs FS, path string, content []byte) error {
	dir, name := filepath.Dir(path), filepath.Base(path)
	removeStale(fs, dir, name)
	temp := filepath.Join(dir, tempName(name, os.Getpid(), fmt.Sprintf("%08x", rand.Uint32())))
	f, err := fs.Create(temp)
	if err != nil {
		return err
	}
	err = fill(f, content)
	if err == nil {
		err = fs.Rename(temp, path)
	}
	if err != nil {
		fs.Remove(temp) // if that fails as well, the next Write removes it
		return err
	}
	return fs.SyncDir(dir)
}

// fill writes content to f, waits for the disk and closes f.
func fill(f File, content []byte) error {
	n, err := f.Write(content)
	if err == nil && n < len(content) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// tempName is the name of the temporary file that a process writes before it
// renames it to name.
func tempName(name string, pid int, random string) string {
	return fmt.Sprintf(".%s.%d-%s.tmp", name, pid, random)
}

// tempOwner returns the process that wrote, or is writing, the temporary file temp
// for name.
func tempOwner(temp, name string) (pid int, ok bool) {
	rest := strings.TrimSuffix(strings.TrimPrefix(temp, "."+name+"."), ".tmp")
	number, random, _ := strings.Cut(rest, "-")
	pid, _ = strconv.Atoi(number)
	return pid, pid > 0 && temp == tempName(name, pid, random)
}

// removeStale removes the temporary files for dir/name that dead processes, and
// failed attempts of this one, have left. A save does not fail if it cannot.
func removeStale(fs FS, dir, name string) {
	names, _ := fs.ReadDir(dir)
	for _, n := range names {
		if pid, ok := tempOwner(n, name); ok && (pid == os.Getpid() || !alive(pid)) {
			fs.Remove(filepath.Join(dir, n))
		}
	}
}

// alive reports whether there may be a process with that ID.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true // FindProcess fails if there is none
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}
