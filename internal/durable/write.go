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

// Write makes content the file at path, whether there is one or not. It writes
// a temporary file in the same folder, waits for the disk, renames, and waits
// for the folder:
//
//	create, write, fsync, close, rename, fsync of the folder
//
// An error says that content may not be safe; the file at path is then the one
// before or, when only the last step failed, the new one. A fault of fsync is
// final, since the kernel may have dropped what it could not write.
//
// A file has one writer at a time. Temporary files that dead processes left for
// it are removed.
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
		fs.Remove(temp) // where that fails as well, the next Write does it
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

// tempName is the file that a process writes on the way to name.
func tempName(name string, pid int, random string) string {
	return fmt.Sprintf(".%s.%d-%s.tmp", name, pid, random)
}

// tempOwner returns the process that wrote, or writes, the file called temp on
// the way to name.
func tempOwner(temp, name string) (pid int, ok bool) {
	rest := strings.TrimSuffix(strings.TrimPrefix(temp, "."+name+"."), ".tmp")
	number, random, _ := strings.Cut(rest, "-")
	pid, _ = strconv.Atoi(number)
	return pid, pid > 0 && temp == tempName(name, pid, random)
}

// removeStale removes what dead processes, and failed attempts of this one,
// left on the way to dir/name. It is no fault of a save if it cannot.
func removeStale(fs FS, dir, name string) {
	names, _ := fs.ReadDir(dir)
	for _, n := range names {
		if pid, ok := tempOwner(n, name); ok && (pid == os.Getpid() || !alive(pid)) {
			fs.Remove(filepath.Join(dir, n))
		}
	}
}

// alive reports whether there may be a process of that number.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true // or it would not have been found
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}
