package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build compiles the program without CUDA for a system that has wheels.
func build(t *testing.T) string {
	t.Helper()
	t.Chdir("../..")
	program := filepath.Join(t.TempDir(), "mnistgpu")
	cmd := exec.Command("go", "build", "-trimpath", "-o", program, "./cmd/mnistgpu")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program
}

// unpack returns the contents of a wheel's files by name, and checks them against RECORD.
func unpack(wheel []byte) (map[string]string, error) {
	archive, err := zip.NewReader(bytes.NewReader(wheel), int64(len(wheel)))
	if err != nil {
		return nil, err
	}
	files, lines := map[string]string{}, map[string]string{}
	for _, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[entry.Name] = string(data)
		sum := sha256.Sum256(data)
		lines[entry.Name] = fmt.Sprintf("%s,sha256=%s,%d", entry.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
		if strings.HasSuffix(entry.Name, "/RECORD") {
			lines[entry.Name] = entry.Name + ",,"
		}
	}
	listed := strings.Split(strings.TrimSpace(files["mnistgpu-1.2.3.dist-info/RECORD"]), "\n")
	for _, line := range listed {
		name, _, _ := strings.Cut(line, ",")
		if lines[name] != line {
			return nil, fmt.Errorf("RECORD has %q, and the file gives %q", line, lines[name])
		}
	}
	if len(listed) != len(files) {
		return nil, fmt.Errorf("RECORD lists %d files of %d", len(listed), len(files))
	}
	return files, nil
}

func TestWheel(t *testing.T) {
	program := build(t)
	var wheels [2][]byte
	for i := range wheels {
		out := t.TempDir()
		name, err := pack(program, "1.2.3", out)
		if err != nil {
			t.Fatal(err)
		}
		if name != "mnistgpu-1.2.3-py3-none-manylinux_2_28_x86_64.whl" {
			t.Errorf("the wheel is %s", name)
		}
		if wheels[i], err = os.ReadFile(filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(wheels[0], wheels[1]) {
		t.Error("two wheels of one program differ")
	}
	files, err := unpack(wheels[0])
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if files["mnistgpu-1.2.3.data/scripts/mnistgpu"] != string(binary) {
		t.Error("the wheel's script is not the program")
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 10 {
		t.Errorf("the program has %d modules", len(info.Deps))
	}
	for _, module := range info.Deps {
		if !strings.Contains(files["mnistgpu-1.2.3.dist-info/licenses/THIRD_PARTY.txt"], "---- "+module.Path+"@"+module.Version+", ") {
			t.Errorf("no licence of %s", module.Path)
		}
	}
}

// A mutant of what TestWheel relies on: one changed byte of a listed file.
func TestRecordFindsAChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wheel")
	for _, changed := range []bool{false, true} {
		files := []file{{"program", []byte("one"), 0o755}}
		files = append(files, record(files, "mnistgpu-1.2.3.dist-info/RECORD"))
		if changed {
			files[0].data = []byte("two")
		}
		if err := write(path, files); err != nil {
			t.Fatal(err)
		}
		wheel, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unpack(wheel); (err != nil) != changed {
			t.Errorf("changed %t: %v", changed, err)
		}
	}
}

func TestNeeds(t *testing.T) {
	for _, c := range []struct{ library, version, problem string }{
		{"libc.so.6", "GLIBC_2.2.5", ""},
		{"libresolv.so.2", "GLIBC_2.28", ""},
		{"libc.so.6", "GLIBC_2.29", "it needs GLIBC_2.29, and manylinux_2_28 has GLIBC_2.28"},
		{"libc.so.6", "GLIBC_PRIVATE", "it needs GLIBC_PRIVATE, and manylinux_2_28 has GLIBC_2.28"},
		{"libcuda.so.1", "GLIBC_2.2.5", "it needs libcuda.so.1, which is not part of glibc"},
		{"libstdc++.so.6", "GLIBC_2.2.5", "it needs libstdc++.so.6, which is not part of glibc"},
	} {
		problem := ""
		if err := checkNeeds([]string{c.library}, []string{c.version}); err != nil {
			problem = err.Error()
		}
		if problem != c.problem {
			t.Errorf("%s with %s: %q, must be %q", c.library, c.version, problem, c.problem)
		}
	}
}

func TestVersions(t *testing.T) {
	for version, good := range map[string]bool{
		"1.2.3": true, "0.0.0.dev20261201034138": true,
		"": false, "v1.2.3": false, "1.2": false, "1.2.3+local": false, "1.2.3/x": false,
	} {
		if versions.MatchString(version) != good {
			t.Errorf("%q: good is %t", version, !good)
		}
	}
}
