//go:build cuda && linux

package gpu

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// tiny is a short task.
var tiny = task{pixels: 4, hidden: 3, batch: 2, steps: 3, rule: plain}

// codes has what calls fail with in TestFaults, and the kinds of the errors after Open:
// out of memory, device unavailable, and those after which the device is lost and no
// call may follow.
var codes = map[int]error{
	2:   backend.ErrOutOfMemory,
	46:  backend.ErrDeviceLost,
	214: backend.ErrDeviceLost,
	220: backend.ErrDeviceLost,
	700: backend.ErrDeviceLost,
	702: backend.ErrDeviceLost,
	710: backend.ErrDeviceLost,
	719: backend.ErrDeviceLost,
	911: backend.ErrDeviceLost,
	999: backend.ErrDeviceLost,
}

// sticky reports whether nothing can be freed after the code.
func sticky(code int) bool { return code > 200 }

// TestFaults has each call of a training fail, with each code, once or from then on, at
// once or where the host next waits. The last calls are the downloads of what was
// learnt. Each time there must be an error, and no call after one that reports that the
// device is lost. A training in one kernel, whose other calls are the same, is tested
// with only one code of each kind.
func TestFaults(t *testing.T) {
	t.Run("fused", func(t *testing.T) { faultEachCall(t, Fused, slices.Collect(maps.Keys(codes))) })
	t.Run("persistent", func(t *testing.T) { faultEachCall(t, Persistent, []int{2, 46, 719}) })
}

func faultEachCall(t *testing.T, engine Engine, codes []int) {
	device := simulate(t)
	if _, err := tiny.trainOn(opener(Options{Engine: engine})); err != nil {
		t.Fatal(err)
	}
	if device.Live() != 0 || device.Leaked() != 0 {
		t.Errorf("%d objects live and %d leaked after a good run", device.Live(), device.Leaked())
	}
	calls, passed, faults := device.Calls(), 0, 0
	for _, code := range codes {
		for _, always := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				for call := 1; call <= calls; call++ {
					f := faulty{sim.Fault{Call: call, Code: code, Always: always, Later: later}, engine}
					faults++
					if err := f.train(t); err != nil {
						t.Errorf("%+v of %d calls: %v", f, calls, err)
						continue
					}
					passed++
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, faults)
}

// faulty is a device that fails.
type faulty struct {
	sim.Fault
	engine Engine
}

// message matches an op of this package, the call that failed, and the code. If the
// call belongs to a verb, the verb comes before it.
var message = regexp.MustCompile(`\b(Open|Alloc|Upload|Download|Capture|Replay|Sync|Close): ` +
	`((Linear\w+|ClassifierSGD|CrossEntropy|Advance): (cublasSgemm|cuLaunchKernel \w+)|TwoLayerSGD: cuLaunchCooperativeKernel \w+|.*\b(cublas(Create|Destroy|Set|Lt)|cu(Ctx|Device|Event|Func|Graph|Init|Mem|Module|Occupancy|Stream))\w*( \w+)?)` +
	`: [A-Z_]+ \(\d+\)`)

// train returns what is wrong with how a training handles the fault.
func (f faulty) train(t *testing.T) error {
	device := simulate(t)
	device.Fail(f.Fault)
	_, err := tiny.trainOn(opener(Options{Engine: f.engine}))
	if err == nil {
		return errors.New("no error")
	}
	kind := codes[f.Code]
	if kind == backend.ErrDeviceLost && strings.HasPrefix(err.Error(), "Open: ") {
		kind = backend.ErrNoDevice
	}
	for _, k := range []error{backend.ErrNoDevice, backend.ErrOutOfMemory, backend.ErrDeviceLost} {
		if errors.Is(err, k) != (k == kind) {
			return fmt.Errorf("%w: want the kind %q, asked for %q", err, kind, k)
		}
	}
	if !message.MatchString(err.Error()) {
		return fmt.Errorf("not a message with op, call and code: %w", err)
	}
	if n, function := device.CallsAfterLoss(); n > 0 {
		return fmt.Errorf("%d calls, the first of %s, after: %w", n, function, err)
	}
	released := !strings.Contains(err.Error(), "cuDevicePrimaryCtxRelease")
	if !f.Always && !sticky(f.Code) && released && device.Live() != 0 {
		return fmt.Errorf("%d objects live after: %w", device.Live(), err)
	}
	return nil
}

// trained returns a count of the device after a training, before the device is closed.
func trained(t *testing.T, engine Engine, count func(*sim.Device) int) int {
	t.Helper()
	device := simulate(t)
	b, err := Open(Options{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tiny.train(b); err != nil {
		t.Fatal(err)
	}
	n := count(device)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestHang has the device finish nothing from a call of a training on, for each call up
// to the last download. The training must end with the device lost.
func TestHang(t *testing.T) {
	for _, engine := range []Engine{Fused, Persistent} {
		calls, passed := trained(t, engine, (*sim.Device).Calls), 0
		for call := 1; call <= calls; call++ {
			device := simulate(t)
			device.Hang(call)
			_, err := tiny.trainOn(opener(Options{Engine: engine, StepTimeout: 5 * time.Millisecond}))
			if !errors.Is(err, backend.ErrDeviceLost) || !strings.Contains(err.Error(), "nothing was finished in 5ms") {
				t.Errorf("%v, from call %d of %d on: %v", engine, call, calls, err)
				continue
			}
			passed++
		}
		t.Logf("%v: passed %d of %d", engine, passed, calls)
	}
}

// TestCapacity trains on devices with less memory than the training takes.
func TestCapacity(t *testing.T) {
	need := trained(t, Auto, (*sim.Device).Used)
	const steps = 64
	passed := 0
	for i := range steps {
		device := simulate(t)
		device.SetCapacity(need*i/steps + 1) // 0 stands for the usual capacity
		_, err := tiny.trainOn(opener(Options{}))
		if !errors.Is(err, backend.ErrOutOfMemory) || device.Live() != 0 || device.Leaked() != 0 {
			t.Errorf("%d/%d of the memory: %d objects live and %d leaked after %v", i, steps, device.Live(), device.Leaked(), err)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, steps)
}

// TestCycles opens a device, trains and closes it, again and again on the same device:
// 100 times, or as often as MNISTGPU_CYCLES says.
func TestCycles(t *testing.T) {
	cycles := 100
	if text := os.Getenv("MNISTGPU_CYCLES"); text != "" {
		var err error
		if cycles, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	device := simulate(t)
	passed := 0
	for i := range cycles {
		_, err := tiny.trainOn(opener(Options{}))
		if err != nil || device.Live() != 0 || device.Leaked() != 0 || device.Used() != 0 {
			t.Errorf("cycle %d: %d objects live, %d leaked and %d bytes used after %v",
				i, device.Live(), device.Leaked(), device.Used(), err)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, cycles)
}
