package hostile

import (
	"testing"
	"time"
)

var sink []byte

// recorder is a test that records whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCheckCostBites(t *testing.T) {
	for _, test := range []struct {
		taken int
		fails bool
	}{{slack*(4<<20) + 1<<19, false}, {slack*(5<<20) + 1<<19, true}} {
		r := &recorder{TB: t}
		CheckCost(r, 1<<20, func() { sink = make([]byte, test.taken) })
		if r.failed != test.fails {
			t.Errorf("%d bytes for 1 MiB: failed is %v", test.taken, r.failed)
		}
	}
}

// A read that takes twice the allowed processor time fails, and one that only waits
// does not.
func TestTimeBites(t *testing.T) {
	limit := cost{memory: 1 << 30, time: 20 * time.Millisecond}
	busy, idle := &recorder{TB: t}, &recorder{TB: t}
	limit.check(busy, 0, func() {
		for start := processorTime(); processorTime()-start < 2*limit.time; {
		}
	})
	limit.check(idle, 0, func() { time.Sleep(2 * limit.time) })
	if !busy.failed || idle.failed {
		t.Errorf("a busy read failed: %v; one that waits: %v", busy.failed, idle.failed)
	}
}
