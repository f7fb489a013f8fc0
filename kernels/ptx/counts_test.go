package ptx

import "testing"

func TestCounts(t *testing.T) {
	for _, test := range []struct {
		name, body, class string
		want              Traffic // of 2 blocks of 2 warps
	}{
		{"words in a row", "cvt.u64.u32 %rd3, %r3;\nadd.s64 %rd4, %rd1, %rd3;\nld.global.u32 %r6, [%rd4];\n", "ld.global", Traffic{4, 512, 16}},
		{"every second word", "shl.b32 %r3, %r1, 3;\nand.b32 %r3, %r3, 255;\ncvt.u64.u32 %rd3, %r3;\nadd.s64 %rd4, %rd1, %rd3;\nld.global.u32 %r6, [%rd4];\n", "ld.global", Traffic{4, 512, 32}},
		{"one word for all", "ld.global.u32 %r6, [%rd1];\n", "ld.global", Traffic{4, 512, 4}},
		{"a word each", mine, "st.shared", Traffic{4, 512, 4}},
		{"vectors", "shl.b32 %r3, %r1, 4;\nand.b32 %r3, %r3, 511;\nadd.s32 %r5, %r4, %r3;\n" + first + "st.shared.v4.u32 [%r5], {%r1, %r1, %r1, %r1};\n", "st.shared", Traffic{2, 32, 2}},
		{"two lanes a bank", "and.b32 %r6, %r1, 1;\nsetp.eq.s32 %p1, %r6, 1;\n@%p1 bra $end;\nshl.b32 %r6, %r1, 2;\nadd.s32 %r5, %r5, %r6;\nst.shared.u32 [%r5], %r1;\n", "st.shared", Traffic{4, 256, 8}},
	} {
		m, err := Parse(source(test.body))
		if err != nil {
			t.Fatal(err)
		}
		k, err := m.Kernel("k", Variant{})
		if err != nil {
			t.Fatal(err)
		}
		d := &Device{CountTraffic: true}
		set := d.Alloc("set", 256, 4)
		set.Write(make([]byte, 256))
		if err := d.Launch(k, Grid{Blocks: Dim{X: 2}, Threads: Dim{X: 64}}, set, nil); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if got := d.Counts.Traffic[test.class]; got != test.want {
			t.Errorf("%s: %+v, must be %+v", test.name, got, test.want)
		}
		if got := d.Counts.Classes["ret"]; got.Threads != 128 {
			t.Errorf("%s: %d threads return", test.name, got.Threads)
		}
	}
}
