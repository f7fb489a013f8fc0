//go:build cuda && linux

package gpu

import "testing"

// TestCyclesLoseNoMemory opens the device, trains on it and closes it, 100 times over.
// What its first uses leave behind for the process does not count. After that less than
// a mebibyte of its memory may be lost, which is the least that a driver allocates at a
// time.
func TestCyclesLoseNoMemory(t *testing.T) {
	useDevice(t)
	free := func() int64 {
		devices, err := Devices()
		if err != nil {
			t.Fatal(err)
		}
		return devices[0].FreeBytes
	}
	const warmUp, cycles = 3, 100
	var before int64
	for i := range warmUp + cycles {
		if i == warmUp {
			before = free()
		}
		if _, err := tiny.trainOn(opener(Options{})); err != nil {
			t.Fatalf("cycle %d: %v", i, err)
		}
	}
	after := free()
	t.Logf("%d bytes free before %d cycles, %d after", before, cycles, after)
	if before-after >= 1<<20 {
		t.Errorf("%d bytes are lost", before-after)
	}
}
