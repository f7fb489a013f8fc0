package ptx

import (
	"strings"
	"testing"
)

// source makes a kernel k of two buffers: 256 set bytes and 256 that are not.
func source(body string) string {
	return `
.shared .align 4 .b8 room[512];
.visible .entry k(
	.param .u64 k_param_0,
	.param .u64 k_param_1
)
{
	ld.param.u64 %rd1, [k_param_0];
	ld.param.u64 %rd2, [k_param_1];
	mov.u32 %r1, %tid.x;
	mov.u32 %r2, %ctaid.x;
	shl.b32 %r3, %r1, 2;
	mov.u32 %r4, room;
	add.s32 %r5, %r4, %r3;
` + body + `
$end:
	ret;
}
`
}

// launchText runs a kernel with two blocks of 64 threads.
func launchText(t *testing.T, body string, s Schedule, prepare func(set, unset *Buffer)) error {
	t.Helper()
	m, err := Parse(source(body))
	if err != nil {
		t.Fatal(err)
	}
	k, err := m.Kernel("k", Variant{})
	if err != nil {
		t.Fatal(err)
	}
	d := &Device{Schedule: s, Limit: 1 << 16}
	set, unset := d.Alloc("set", 256, 4), d.Alloc("unset", 256, 4)
	set.Write(make([]byte, 256))
	if prepare != nil {
		prepare(set, unset)
	}
	return d.Launch(k, Grid{Blocks: Dim{X: 2}, Threads: Dim{X: 64}, Cooperative: true}, set, unset)
}

// Parts of kernels.
const (
	mine      = "st.shared.u32 [%r5], %r1;\n"
	neighbour = "and.b32 %r6, %r1, 1;\n shl.b32 %r6, %r6, 3;\n add.s32 %r7, %r5, 4;\n sub.s32 %r7, %r7, %r6;\n ld.shared.u32 %r8, [%r7];\n"
	barrier   = "bar.sync 0;\n"
	first     = "setp.ne.s32 %p1, %r1, 0;\n@%p1 bra $end;\n"
	oddLanes  = "and.b32 %r6, %r1, 1;\nsetp.eq.s32 %p1, %r6, 0;\n"

	// Block 0 sends unset[0] to block 1, by set[0].
	send    = first + "setp.eq.s32 %p2, %r2, 1;\n@%p2 bra $take;\nst.global.u32 [%rd2], %r1;\n"
	signal  = "atom.global.add.u32 %r9, [%rd1], 1;\nret;\n$take:\nld.volatile.global.u32 %r9, [%rd1];\nsetp.eq.s32 %p3, %r9, 0;\n@%p3 bra $take;\n"
	receive = "ld.global.u32 %r10, [%rd2];\n"
)

var faults = []struct {
	name, body, fault string
}{
	{"neighbours behind a barrier", mine + barrier + neighbour, ""},
	{"neighbours behind a meeting", mine + "bar.warp.sync -1;\n" + neighbour, ""},
	{"neighbours", mine + barrier + mine + neighbour, "races"},
	{"neighbours behind a fence", mine + barrier + mine + "membar.gl;\n" + neighbour, "races"},
	{"neighbours read before", mine + barrier + neighbour + mine, "races"},
	{"all write one word", "st.shared.u32 [%r4], %r1;\n", "races"},
	{"a message", send + "membar.gl;\n" + signal + "membar.gl;\n" + receive, ""},
	{"a message without a release", send + signal + "membar.gl;\n" + receive, "races"},
	{"a message without an acquire", send + "membar.gl;\n" + signal + receive, "races"},
	{"a weak signal", send + "membar.gl;\n" + strings.Replace(signal, ".volatile", "", 1) + "membar.gl;\n" + receive, "races"},
	{"an unset word", "ld.global.u32 %r6, [%rd2];\n", "is not set"},
	{"unset shared memory", "ld.shared.u32 %r6, [%r5];\n", "is not set"},
	{"past the end", "ld.global.u32 %r6, [%rd1+256];\n", "outside set"},
	{"before the start", "ld.global.u32 %r6, [%rd2+-4];\n", "outside set"},
	{"past the end of a variable", "st.shared.u32 [%r5+512], %r1;\n", "outside room"},
	{"a vector off its alignment", "ld.global.v4.u32 {%r6, %r7, %r8, %r9}, [%rd1+8];\n", "no multiple"},
	{"a global address in shared memory", "cvt.u64.u32 %rd3, %r5;\nld.global.u32 %r6, [%rd3];\n", "no address in global"},
	{"a constant load of what may change", "ld.global.nc.u32 %r6, [%rd1];\n", "not constant"},
	{"a store to what is constant", "st.global.u32 [%rd1], %r1;\n", "is constant"},
	{"freed memory", "ld.global.u32 %r6, [%rd1];\n", "freed"},
	{"a barrier for half a warp", oddLanes + "@%p1 bra $end;\n" + barrier, "have ended"},
	{"two barriers", oddLanes + "@%p1 bra $other;\n" + barrier + "bra $end;\n$other:\n" + barrier, "has parted"},
	{"an exchange for half a warp", oddLanes + "@%p1 bra $join;\nshfl.sync.bfly.b32 %r7|%p2, %r1, 1, 31, -1;\n$join:\n" + barrier, "has parted"},
	{"an exchange with those that have ended", oddLanes + "@%p1 bra $end;\nshfl.sync.bfly.b32 %r7|%p2, %r1, 1, 31, -1;\n", "does not take part"},
	{"an exchange of all", oddLanes + "@%p1 bra $join;\nadd.s32 %r1, %r1, 1;\n$join:\nshfl.sync.bfly.b32 %r7|%p2, %r1, 1, 31, -1;\n", ""},
	{"an endless loop", "$again:\nbra $again;\n", "does not come to an end"},
}

func TestFaults(t *testing.T) {
	for _, test := range faults {
		for seed := range uint64(20) {
			var prepare func(set, unset *Buffer)
			switch test.fault {
			case "is constant":
				prepare = func(set, _ *Buffer) { set.Freeze() }
			case "freed":
				prepare = func(set, _ *Buffer) { set.Free() }
			}
			s := Schedule{}
			if seed > 0 {
				s = Schedule{Seed: seed, Quantum: 10, Split: true}
			}
			err := launchText(t, test.body, s, prepare)
			switch {
			case test.fault == "" && err != nil:
				t.Errorf("%s, seed %d: %v", test.name, seed, err)
			case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
				t.Errorf("%s, seed %d: got %v, must be a fault that says %q", test.name, seed, err, test.fault)
			}
		}
	}
}

func TestFaultNamesBothThreads(t *testing.T) {
	err := launchText(t, mine+neighbour, Schedule{}, nil)
	for _, part := range []string{"k: line ", "ld.shared.u32 of block 0, thread 0", "st.shared.u32 of block 0, thread 1 in line 15"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not contain %q", err, part)
		}
	}
}

// TestStaleReads requires that a volatile load returns an old value in some order, and
// never one older than what the thread has read.
func TestStaleReads(t *testing.T) {
	body := first + `setp.eq.s32 %p2, %r2, 1;
@%p2 bra $reader;
atom.global.add.u32 %r9, [%rd1], 1;
atom.global.add.u32 %r9, [%rd1], 1;
atom.global.add.u32 %r9, [%rd1], 1;
ret;
$reader:
ld.volatile.global.u32 %r10, [%rd1];
ld.volatile.global.u32 %r11, [%rd1];
st.global.u32 [%rd2], %r10;
st.global.u32 [%rd2+4], %r11;
`
	seen := map[[2]byte]bool{}
	for seed := range uint64(300) {
		var out *Buffer
		if err := launchText(t, body, Schedule{Seed: seed, Quantum: 4, Split: true}, func(_, unset *Buffer) { out = unset }); err != nil {
			t.Fatal(err)
		}
		seen[[2]byte{out.Bytes()[0], out.Bytes()[4]}] = true
	}
	for a := range byte(4) {
		for b := range byte(4) {
			if seen[[2]byte{a, b}] != (a <= b) {
				t.Errorf("%d and then %d was read: %v", a, b, a > b)
			}
		}
	}
}

func TestUnknownTextIsRefused(t *testing.T) {
	for _, body := range []string{
		"tanh.approx.f32 %f1, %f2;\n", "@%p1 add.s32 %r6, %r1, 1;\n", "bra $nowhere;\n", "ld.global.acquire.u32 %r6, [%rd1];\n",
		"atom.global.max.u32 %r6, [%rd1], 1;\n", "call.uni none, (param0);\n",
	} {
		m, err := Parse(source(body))
		if err == nil {
			_, err = m.Kernel("k", Variant{})
		}
		if err == nil {
			t.Errorf("%q is not refused", body)
		}
	}
}
