package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mnistgpu/gpu"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/ui"
)

// execute runs a command line in the process, with variables as NAME=value.
func execute(t *testing.T, line string, variables ...string) (code int, stdout, stderr string) {
	t.Helper()
	getenv := func(name string) string {
		i := slices.IndexFunc(variables, func(v string) bool { return strings.HasPrefix(v, name+"=") })
		if i < 0 {
			return ""
		}
		return strings.TrimPrefix(variables[i], name+"=")
	}
	var out, errs bytes.Buffer
	o := &ui.IO{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: getenv, Environ: func() []string { return variables }}
	code = Run(strings.Fields(line), o)
	return code, out.String(), errs.String()
}

func TestDoctor(t *testing.T) {
	t.Chdir(t.TempDir())
	home := t.TempDir()
	code, stdout, stderr := execute(t, "doctor", "MNISTGPU_HOME="+home)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{"ok  program   go", "ok  cpu       ", "no  data      MNIST is not in " + filepath.Join(home, "mnist") + "\n              hint: train downloads MNIST", "ok  folder    "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("doctor leaves %v, %v", entries, err)
	}
}

func TestFindings(t *testing.T) {
	var out bytes.Buffer
	o := &ui.IO{Stdout: &out}
	finding{subject: "cpu", detail: "two\nlines"}.print(o)
	finding{subject: "gpu 0", err: errors.New("broken")}.print(o)
	finding{subject: "data", err: errors.New("none"), remedy: "get some"}.print(o)
	const want = "ok  cpu       two; lines\nno  gpu 0     broken\nno  data      none\n              hint: get some\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}
}

func TestSoftware(t *testing.T) {
	all := gpu.Software{CUDA: 12040, CUBLAS: [3]int{12, 4, 5}, CUBLASLt: [3]int{12, 4, 5}, LibCUDA: "a", LibCUBLAS: "b", LibCUBLASLt: "c"}
	for _, test := range []struct {
		software gpu.Software
		want     string
	}{
		{gpu.Software{}, ""},
		{gpu.Software{CUDA: 12040, LibCUDA: "a"}, "driver: a, for CUDA 12.4\n"},
		{all, "driver: a, for CUDA 12.4\ncublas: b, 12.4.5\ncublaslt: c, 12.4.5\n"},
		{gpu.Software{CUBLAS: [3]int{12, 4, 5}, LibCUBLAS: "b"}, "cublas: b, 12.4.5\ncublaslt: no: this cuBLAS comes without cuBLASLt\n"},
	} {
		var got strings.Builder
		for _, f := range examineSoftware(test.software) {
			got.WriteString(f.subject + ": " + f.detail)
			if f.err != nil {
				got.WriteString("no: " + f.err.Error())
			}
			got.WriteString("\n")
		}
		if got.String() != test.want {
			t.Errorf("%+v: %q, want %q", test.software, got.String(), test.want)
		}
	}
}

// TestExamineOverride has a variable that changes products in TF32 only.
func TestExamineOverride(t *testing.T) {
	t.Setenv("NVIDIA_TF32_OVERRIDE", "0")
	var out bytes.Buffer
	for _, o := range gpu.Overrides() {
		examineOverride(o, gpu.FP32).print(&ui.IO{Stdout: &out})
		examineOverride(o, gpu.TF32).print(&ui.IO{Stdout: &out})
	}
	const want = "ok  variable  NVIDIA_TF32_OVERRIDE=0 keeps cuBLAS from using TF32, which does not change --precision fp32\n" +
		"no  variable  NVIDIA_TF32_OVERRIDE=0 keeps cuBLAS from using TF32\n              hint: unset NVIDIA_TF32_OVERRIDE\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}
}

func TestDevices(t *testing.T) {
	devices := []gpu.DeviceInfo{
		{Ordinal: 0, Name: "H200", ComputeMajor: 9, SMs: 132, TotalBytes: 139 << 30, FreeBytes: 100 << 30},
		{Ordinal: 1, Name: "T4", Err: errors.New("too\nold")},
	}
	software := gpu.Software{CUDA: 12040, CUBLAS: [3]int{12, 4, 5}}
	var out bytes.Buffer
	o := &ui.IO{Stdout: &out}
	printDevices(o, devices, software)
	const want = `device  name  compute  multiprocessors  memory     free
0       H200  9.0      132              139.0 GiB  100.0 GiB
1       T4    cannot be used: too; old

driver for CUDA 12.4, cuBLAS 12.4.5
`
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}
	out.Reset()
	o.JSON(newDeviceList(devices, software))
	var list struct {
		DriverCUDA string `json:"driver_cuda"`
		Devices    []struct {
			Name  string
			Error string
			SMs   int `json:"multiprocessors"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if list.DriverCUDA != "12.4" || len(list.Devices) != 2 || list.Devices[0].SMs != 132 || list.Devices[1].Error != "too; old" {
		t.Errorf("the JSON is %s", &out)
	}
}

func TestConfigPrint(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("mine.toml", []byte("preset = \"notebook\"\nhidden = [30, 20]\nseed = 4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := execute(t, "config print --config mine.toml --seed 3", "MNISTGPU_LR=0.25")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	lines := strings.Split(stdout, "\n")
	for name, want := range map[string]string{
		"preset": "'notebook' mine.toml:1: preset", "hidden": "[30, 20] mine.toml:2: hidden", "lr": "0.25 MNISTGPU_LR",
		"seed": "3 --seed", "pixel_scale": "1.0 preset notebook", "backend": "'auto' default",
	} {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+" = ") })
		if i < 0 {
			t.Errorf("%s is missing in\n%s", name, stdout)
			continue
		}
		value, origin, _ := strings.Cut(strings.TrimPrefix(lines[i], name+" = "), "#")
		if got := strings.TrimSpace(value) + origin; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	code, stdout, _ = execute(t, "config print --json")
	var list []struct{ Name, From string }
	if err := json.Unmarshal([]byte(stdout), &list); code != 0 || err != nil || list[0].Name != "preset" || list[0].From != "default" {
		t.Errorf("exit code %d, %v, %s", code, err, stdout)
	}
	if code, _, stderr := execute(t, "config print --lr -1"); code != fault.ExitCode(fault.Usage("")) || stderr != "mnistgpu: --lr must be greater than 0 (got -1)\nhint: see mnistgpu config print --help\n" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestManualPages writes the pages twice: they are the same, and the exit codes are on one
// of them.
func TestManualPages(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := execute(t, "man pages")
	if code != 0 || !strings.HasSuffix(stdout, " pages in pages\n") {
		t.Fatalf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if code, _, stderr := execute(t, "man again"); code != 0 {
		t.Fatal(stderr)
	}
	pages, err := os.ReadDir("pages")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	var withCodes []string
	for _, page := range pages {
		content, err := os.ReadFile(filepath.Join("pages", page.Name()))
		if err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(filepath.Join("again", page.Name()))
		if err != nil || !bytes.Equal(content, again) {
			t.Errorf("%s is another page the second time; %v", page.Name(), err)
		}
		if bytes.Contains(content, []byte("Auto generated")) {
			t.Errorf("%s has its day", page.Name())
		}
		if bytes.Contains(content, []byte("(SIGTERM); the results so far")) {
			withCodes = append(withCodes, page.Name())
		}
	}
	if !slices.Equal(withCodes, []string{"mnistgpu.1"}) {
		t.Errorf("the exit codes are in %v, want mnistgpu.1 alone", withCodes)
	}
	content, err := os.ReadFile(filepath.Join("pages", "mnistgpu.1"))
	if err != nil || !strings.Contains(string(content), "\n"+fault.ExitCodes()) {
		t.Errorf("mnistgpu.1 lacks a line of the exit codes; %v", err)
	}
}
