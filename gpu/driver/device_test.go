//go:build cuda && linux

package driver

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// testPTX names the kernels that only the simulated device has.
const testPTX = `.version 7.8
.entry test_axpy(
.entry test_ballot(
.entry test_block_sum(
.entry test_forever(
.entry test_halves(
.entry test_load(
.entry test_reverse(
.entry test_rotate(
.entry test_shared_index(
.entry test_store(
.entry test_store_four(
.entry test_stuck(
`

// With this variable set to "real" the tests that any device must pass run on
// the first GPU, and the others are skipped: a process loads one driver.
const testDevice = "MNISTGPU_TEST_DEVICE"

// openAny opens the simulated device or the real one for the rest of the test.
func openAny(t *testing.T) *Device {
	t.Helper()
	if os.Getenv(testDevice) != "real" {
		d, _ := open(t)
		return d
	}
	d, err := Open(0)
	if errors.Is(err, backend.ErrNoDevice) {
		t.Skip("needs a GPU: ", err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

// open opens a simulated device for the rest of the test.
func open(t *testing.T) (*Device, *sim.Device) {
	t.Helper()
	simulated := simulate(t)
	d, err := Open(0)
	must(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, simulated
}

// simulate lets the test open a simulated device.
func simulate(t *testing.T) *sim.Device {
	t.Helper()
	if os.Getenv(testDevice) == "real" {
		t.Skip("needs the simulated device")
	}
	return sim.Use(t)
}

// kernel loads a kernel for tests.
func kernel(t *testing.T, d *Device, name string) Function {
	t.Helper()
	module, err := d.LoadModule(testPTX)
	if err != nil {
		t.Fatal(err)
	}
	function, err := module.Function(name)
	if err != nil {
		t.Fatal(err)
	}
	return function
}

// upload copies x to new memory of the device.
func upload(t *testing.T, d *Device, x []float32) Ptr {
	t.Helper()
	p, err := d.Alloc(4 * len(x))
	if err != nil {
		t.Fatal(err)
	}
	var bytes []byte
	for _, v := range x {
		bytes = binary.NativeEndian.AppendUint32(bytes, math.Float32bits(v))
	}
	if err := d.CopyIn(p, bytes); err != nil {
		t.Fatal(err)
	}
	return p
}

// download copies n elements from the device.
func download(t *testing.T, d *Device, p Ptr, n int) []float32 {
	t.Helper()
	bytes := make([]byte, 4*n)
	if err := d.CopyOut(bytes, p); err != nil {
		t.Fatal(err)
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(binary.NativeEndian.Uint32(bytes[4*i:]))
	}
	return x
}

// sequence is 1, 2, 3, …, n.
func sequence(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i + 1)
	}
	return x
}

// must stops the test at an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
