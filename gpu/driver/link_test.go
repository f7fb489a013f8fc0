//go:build cuda && linux

package driver

import (
	"debug/elf"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A process with this variable set opens the device, prints the error and ends.
const openOnly = "DRIVER_TEST_OPEN_ONLY"

func TestMain(m *testing.M) {
	if os.Getenv(openOnly) == "" {
		os.Exit(m.Run())
	}
	d, err := Open(0)
	if err == nil {
		d.Close()
		return
	}
	os.Stdout.WriteString(err.Error())
}

// TestNotLinked checks that the program does not need the libraries to start.
func TestNotLinked(t *testing.T) {
	name, err := os.Executable()
	must(t, err)
	file, err := elf.Open(name)
	must(t, err)
	defer file.Close()
	libraries, err := file.ImportedLibraries()
	must(t, err)
	for _, library := range libraries {
		if strings.HasPrefix(library, "libcu") {
			t.Errorf("%s is linked", library)
		}
	}
	if len(libraries) == 0 {
		t.Error("not even libc is linked: the test reads the wrong file")
	}
}

// TestNoLibrary opens the device in a process that lacks one of the libraries.
func TestNoLibrary(t *testing.T) {
	simulate(t)
	name, err := os.Executable()
	must(t, err)
	for _, variable := range []string{"MNISTGPU_LIBCUDA", "MNISTGPU_LIBCUBLAS"} {
		command := exec.Command(name)
		command.Env = append(os.Environ(), openOnly+"=1", variable+"=/none/lib.so")
		got, err := command.Output()
		must(t, err)
		want := "no usable device: " + variable + ": /none/lib.so: cannot open shared object file: No such file or directory"
		if string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLibraryNotFound(t *testing.T) {
	l := library{
		names:   func() []string { return []string{"libnone.so.2", "libnone.so.1"} },
		folders: systemFolders, last: func() []string { return []string{"/none"} },
		missing: func() string { return "no such thing" },
	}
	const want = "no usable device: libnone.so.2 or libnone.so.1 not found: no such thing"
	if err := l.load(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// needsSources skips the test if only its binary is there, or a tool is missing.
func needsSources(t *testing.T) {
	t.Helper()
	for _, program := range []string{"./symbols.sh", "go", "ar", "nm", "awk"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
}

// TestSymbols checks that symbols.h holds what gorgonia.org/cu calls.
func TestSymbols(t *testing.T) {
	needsSources(t)
	want := output(t, "./symbols.sh")
	got, err := os.ReadFile("symbols.h")
	must(t, err)
	if string(got) != want {
		t.Error("symbols.h is out of date: run go generate -tags cuda ./gpu/driver")
	}
}

// TestOnlyImporter checks that no other package imports gorgonia.org/cu: the
// flags of one nearer to the program would link the libraries.
func TestOnlyImporter(t *testing.T) {
	needsSources(t)
	list := output(t, "go", "list", "-e", "-tags", "cuda", "-f", "{{.ImportPath}} {{.Imports}}", "mnistgpu/...")
	for line := range strings.Lines(list) {
		own := strings.HasPrefix(line, "mnistgpu/gpu/driver ")
		if strings.Contains(line, "gorgonia.org/cu") != own {
			t.Errorf("imports: %s", line)
		}
	}
}

// output returns what a program prints.
func output(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Stderr = os.Stderr
	text, err := command.Output()
	must(t, err)
	return string(text)
}
