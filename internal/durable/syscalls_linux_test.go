package durable_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// changes are the system calls that change the disk, and those that close files.
const changes = "trace=openat,write,fsync,close,renameat,unlinkat"

// The kernel is asked to sync the file before it is renamed, and the folder afterwards.
func TestWriteSystemCalls(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace to see system calls with")
	}
	log := filepath.Join(t.TempDir(), "log")
	if out, err := exec.Command(strace, "-f", "-o", log, "true").CombinedOutput(); err != nil {
		t.Skipf("strace does not work here: %s", out)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(strace, "-f", "-y", "-qq", "-o", log, "-e", changes, os.Args[0])
	child.Env = append(os.Environ(), writeVariable+"="+filepath.Join(dir, "file"))
	if out, err := child.CombinedOutput(); err != nil || string(out) != "<nil>" {
		t.Fatalf("%v: %s", err, out)
	}
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"openat DIR", "close DIR", // what is stale in it?
		"openat DIR/TEMP", "write DIR/TEMP", "fsync DIR/TEMP", "close DIR/TEMP",
		"renameat DIR/TEMP DIR/file",
		"openat DIR", "fsync DIR", "close DIR",
	}
	if diff := cmp.Diff(want, callsIn(string(trace), dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// callsIn returns the calls of a trace that name files in dir, without their
// other arguments.
func callsIn(trace, dir string) (calls []string) {
	trace = strings.ReplaceAll(trace, dir, "DIR")
	trace = regexp.MustCompile(`\.file\.\d+-[0-9a-f]{8}\.tmp`).ReplaceAllString(trace, "TEMP")
	call := regexp.MustCompile(`(?m)^\d+ +(\w+)\((.*)`)
	name := regexp.MustCompile(`[<"](DIR[^">]*)[">]`)
	for _, line := range call.FindAllStringSubmatch(trace, -1) {
		arguments, _, _ := strings.Cut(line[2], ") = ") // after that, strace repeats the file of openat
		words := []string{line[1]}
		for _, file := range name.FindAllStringSubmatch(arguments, -1) {
			words = append(words, file[1])
		}
		if len(words) > 1 {
			calls = append(calls, strings.Join(words, " "))
		}
	}
	return calls
}
