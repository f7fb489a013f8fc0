package hostile

import "testing"

var sink []byte

// recorder is a test that notes its errors.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCheckMemoryBites(t *testing.T) {
	for _, test := range []struct {
		taken int
		fails bool
	}{{slack*(4<<20) + 1<<19, false}, {slack*(5<<20) + 1<<19, true}} {
		r := &recorder{TB: t}
		CheckMemory(r, 1<<20, func() { sink = make([]byte, test.taken) })
		if r.failed != test.fails {
			t.Errorf("%d bytes for 1 MiB: failed is %v", test.taken, r.failed)
		}
	}
}
