package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version returns the version of the program, as far as the build knows it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// versionLine is what --version prints.
func versionLine() string {
	return fmt.Sprintf("mnistgpu %s, by %s for %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
