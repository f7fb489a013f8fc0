//go:build cuda && linux

package gpu

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// testDevice, set to "real", makes tests use the machine's first GPU. A process
// loads one libcuda and keeps it, so it cannot have both devices.
const testDevice = "MNISTGPU_TEST_DEVICE"

// useDevice lets the test open device 0, simulated or real.
func useDevice(t *testing.T) {
	t.Helper()
	if os.Getenv(testDevice) != "real" {
		simulate(t)
		return
	}
	if _, err := Devices(); errors.Is(err, backend.ErrNoDevice) {
		t.Skipf("needs a GPU: %v", err)
	}
}

// simulate lets the test open a simulated device of its own.
func simulate(t *testing.T) *sim.Device {
	t.Helper()
	if os.Getenv(testDevice) == "real" {
		t.Skip("needs the simulated device, and this process has the real one")
	}
	return sim.Use(t)
}

func opener(options Options) func() (backend.Backend, error) {
	return func() (backend.Backend, error) { return Open(options) }
}

// TestRealDevice runs the tests that any device must pass on the machine's GPU,
// in a process of their own.
func TestRealDevice(t *testing.T) {
	if os.Getenv(testDevice) == "real" {
		t.Skip("this process has the real device already")
	}
	cmd := exec.Command(os.Args[0], "-test.v",
		"-test.run=^(TestSuite|TestTwoLayerSuite|TestTwoLayerShapes|TestSuiteSplit16|TestSplit|TestErrorsOfSplit|TestSplitHostile|TestTraining|TestGraphEqualsCalls|TestStepsInOneGraph|TestStretchesEqualSteps|TestOutOfMemory|TestDefaultPreset|TestVerifyGoodRuns)$")
	cmd.Env = append(os.Environ(), testDevice+"=real")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if bytes.Contains(out, []byte("--- SKIP")) {
		t.Skip(regexp.MustCompile(`needs a GPU: .*`).FindString(string(out)))
	}
}

func TestDescription(t *testing.T) {
	simulate(t)
	devices, err := Devices()
	if err != nil {
		t.Fatal(err)
	}
	if len(devices) == 0 || !devices[0].Simulated {
		t.Errorf("devices are %+v, want simulated ones", devices)
	}
	b, err := Open(Options{Precision: TF32})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if d := b.Device(); !strings.Contains(d, "simulated device") || !strings.HasSuffix(d, " in tf32") {
		t.Errorf("the device is %q", d)
	}
	if b.Name() != "cuda" {
		t.Errorf("the backend is %q", b.Name())
	}
}

// TestOpenRefuses makes mistakes that a user can make.
func TestOpenRefuses(t *testing.T) {
	simulate(t)
	b, err := Open(Options{Device: 99})
	if b != nil || !errors.Is(err, backend.ErrNoDevice) {
		t.Errorf("device 99 gave %v, %v", b, err)
	}
	t.Setenv("NVIDIA_TF32_OVERRIDE", "0")
	b, err = Open(Options{Precision: TF32})
	want := "NVIDIA_TF32_OVERRIDE=0 keeps cuBLAS from using TF32: unset it to multiply in tf32"
	if b != nil || err == nil || err.Error() != want {
		t.Errorf("an override gave %v, %v", b, err)
	}
}

// TestOpenInContainer opens the device with the variables of NVIDIA's containers, and with
// an override that does not concern the precision.
func TestOpenInContainer(t *testing.T) {
	simulate(t)
	for _, name := range []string{"CUBLAS_VERSION", "CUDA_VERSION", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_TF32_OVERRIDE"} {
		t.Setenv(name, "0")
	}
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
}

var shortage = regexp.MustCompile(`^Alloc: (8192\.0 MiB needed and [0-9.]+ MiB held, .* free: cuMemAlloc: .*|.*: a tensor has at most 2147483647 elements, .*)`)

// TestOutOfMemory asks for more than any device has, in one tensor and in many.
func TestOutOfMemory(t *testing.T) {
	useDevice(t)
	for name, rows := range map[string]int{"many": 1 << 20, "one": 1 << 21} {
		b, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = b.Alloc(backend.Float64, rows, 1<<10)
		}
		if !errors.Is(err, backend.ErrOutOfMemory) {
			t.Errorf("%s: %v", name, err)
		}
		if !shortage.MatchString(err.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		if _, again := b.Alloc(backend.Float32, 1, 1); again != err {
			t.Errorf("%s: then Alloc gave %v", name, again)
		}
		if err := b.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
