package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// glibc are the libraries that a program for Linux may be linked with. All are part of
// glibc; CUDA's are looked for when the program starts.
var glibc = []string{"libc.so.6", "libdl.so.2", "libpthread.so.0", "libresolv.so.2"}

// newest is the version of glibc, 2.newest, that manylinux_2_28 allows.
const newest = 28

// checkLibraries reports a program for Linux that is not what its platform tag promises:
// one that needs other libraries than glibc's, or a newer glibc.
func checkLibraries(program string) error {
	data, err := os.ReadFile(program)
	if err != nil || !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) == 0 {
		return err
	}
	symbols, err := f.DynamicVersionNeeds()
	if err != nil {
		return err
	}
	var needs []string
	for _, library := range symbols {
		for _, version := range library.Needs {
			needs = append(needs, version.Dep)
		}
	}
	return checkNeeds(libraries, needs)
}

// checkNeeds reports the first library that is not glibc's, and the first version of
// symbols that is not one of GLIBC_2.0 to GLIBC_2.newest.
func checkNeeds(libraries, versions []string) error {
	for _, library := range libraries {
		if !slices.Contains(glibc, library) {
			return fmt.Errorf("it needs %s, which is not part of glibc", library)
		}
	}
	for _, version := range versions {
		minor, ok := strings.CutPrefix(version, "GLIBC_2.")
		minor, _, _ = strings.Cut(minor, ".")
		if n, err := strconv.Atoi(minor); !ok || err != nil || n > newest {
			return fmt.Errorf("it needs %s, and manylinux_2_%d has GLIBC_2.%d", version, newest, newest)
		}
	}
	return nil
}
