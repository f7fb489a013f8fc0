//go:build cuda && linux

package driver

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

// enumerators finds what cuda.h and cublas_api.h say about a code: the comment before
// it, if there is one, its name and its number.
var enumerators = regexp.MustCompile(`(?s)(?:/\*\*((?:[^*]|\*[^/])*)\*/\s*)?\b(CUDA_ERROR_\w+|CUBLAS_STATUS_\w+)\s*=\s*(\d+)`)

// TestEveryCodeIsKnown reads the headers that this build has. Each code must be in its
// table, by its name, with a hint; and if the header wants the process to be restarted,
// the device must be lost.
func TestEveryCodeIsKnown(t *testing.T) {
	for _, test := range []struct {
		header string
		table  map[int]code
		least  int // codes of CUDA 11.8
	}{
		{"cuda.h", driverCodes, 89},
		{"cublas_api.h", blasCodes, 9},
	} {
		found, passed := 0, 0
		for _, match := range enumerators.FindAllStringSubmatch(header(t, test.header), -1) {
			number, err := strconv.Atoi(match[3])
			must(t, err)
			if number == 0 {
				continue
			}
			found++
			known, ok := test.table[number]
			mustRestart := strings.Contains(strings.ReplaceAll(match[1], "\n *", ""), "terminated and relaunched")
			switch {
			case !ok || known.name != match[2] || known.hint == "":
				t.Errorf("%s has %s = %d, the table %+v", test.header, match[2], number, known)
			case mustRestart && !errors.Is(known.fault, backend.ErrDeviceLost):
				t.Errorf("%s wants the process started again after %s", test.header, match[2])
			default:
				passed++
			}
		}
		if found < test.least {
			t.Errorf("%s has %d codes, want %d or more", test.header, found, test.least)
		}
		t.Logf("%s: passed %d of %d", test.header, passed, found)
	}
}

// TestCodesThatLoseTheDevice checks the codes after which no call may follow.
func TestCodesThatLoseTheDevice(t *testing.T) {
	for _, number := range sticky {
		if !errors.Is(driverCodes[number].fault, backend.ErrDeviceLost) {
			t.Errorf("code %d does not lose the device", number)
		}
	}
}

// sticky has the codes after which every call fails, and three for which that is not
// clear.
var sticky = []int{214, 220, 226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 911, 999}

// header returns the text of one of CUDA's headers, as the compiler finds it.
func header(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.Command("cc", "-E", "-I/usr/local/cuda/include", "-")
	cmd.Args = append(cmd.Args, strings.Fields(os.Getenv("CGO_CFLAGS"))...)
	cmd.Stdin = strings.NewReader("#include <cublas_v2.h>\n#include <cuda.h>\n")
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("needs a C compiler and CUDA's headers: %v", err)
	}
	for _, match := range regexp.MustCompile(`(?m)^# \d+ "(.*)"`).FindAllStringSubmatch(string(out), -1) {
		if filepath.Base(match[1]) != name || strings.Contains(match[1], "compat") {
			continue
		}
		text, err := os.ReadFile(match[1])
		must(t, err)
		return string(text)
	}
	t.Fatalf("the compiler includes no %s", name)
	return ""
}
