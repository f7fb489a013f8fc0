//go:build cuda && linux

package gpu

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
)

// tiny is a task that is soon done.
var tiny = task{pixels: 4, hidden: 3, batch: 2, steps: 3, rule: plain}

// A code is a CUresult that calls fail with in TestFaults.
type code struct {
	number int
	kind   error // that it has after Open
	ends   bool  // nothing can be freed after it
}

var codes = []code{
	{2, backend.ErrOutOfMemory, false}, // out of memory
	{46, backend.ErrDeviceLost, false}, // device unavailable
	{700, backend.ErrDeviceLost, true}, // illegal address
	{719, backend.ErrDeviceLost, true}, // launch failed
	{999, backend.ErrDeviceLost, true}, // unknown
}

// TestFaults lets each call of a training fail, with each code, once and for
// ever, at once and where the host next waits. Each time there must be an error.
func TestFaults(t *testing.T) {
	device := simulate(t)
	if _, err := tiny.trainOn(opener(Options{})); err != nil {
		t.Fatal(err)
	}
	if device.Live() != 0 || device.Leaked() != 0 {
		t.Errorf("%d objects live and %d leaked after a good run", device.Live(), device.Leaked())
	}
	calls := device.Calls()
	for _, code := range codes {
		for _, always := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d always=%t later=%t", code.number, always, later), func(t *testing.T) {
					for call := 1; call <= calls; call++ {
						f := faulty{code, sim.Fault{Call: call, Code: code.number, Always: always, Later: later}}
						if err := f.train(t); err != nil {
							t.Errorf("call %d of %d: %v", call, calls, err)
						}
					}
				})
			}
		}
	}
}

// faulty is a device that fails.
type faulty struct {
	code code
	sim.Fault
}

// message is an op of this package, the call that failed, and the code. A call
// that belongs to a verb comes with the verb.
var message = regexp.MustCompile(`\b(Open|Alloc|Upload|Download|Capture|Replay|Sync|Close): ` +
	`((Linear\w+|CrossEntropy|Advance): (cublasSgemm|cuLaunchKernel \w+)|.*\b(cublas(Create|Destroy|Set)|cu(Ctx|Device|Event|Graph|Init|Mem|Module|Stream))\w*( \w+)?)` +
	`: [A-Z_]+ \(\d+\)`)

// train returns what is wrong with how a training takes the fault.
func (f faulty) train(t *testing.T) error {
	device := simulate(t)
	device.Fail(f.Fault)
	_, err := tiny.trainOn(opener(Options{}))
	if err == nil {
		return errors.New("no error")
	}
	kind := f.code.kind
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
	released := !strings.Contains(err.Error(), "cuDevicePrimaryCtxRelease")
	if !f.Always && !f.code.ends && released && device.Live() != 0 {
		return fmt.Errorf("%d objects live after: %w", device.Live(), err)
	}
	return nil
}

// TestCapacity trains on devices with less and less memory than it takes.
func TestCapacity(t *testing.T) {
	device := simulate(t)
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tiny.train(b); err != nil {
		t.Fatal(err)
	}
	need := device.Used()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	const steps = 64
	for i := range steps {
		device := simulate(t)
		device.SetCapacity(need*i/steps + 1) // 0 stands for the usual capacity
		_, err := tiny.trainOn(opener(Options{}))
		if !errors.Is(err, backend.ErrOutOfMemory) {
			t.Errorf("%d/%d of the memory: %v", i, steps, err)
		}
		if device.Live() != 0 || device.Leaked() != 0 {
			t.Errorf("%d/%d of the memory: %d objects live and %d leaked", i, steps, device.Live(), device.Leaked())
		}
	}
}
