package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"mnistgpu/internal/durable"
)

// On a real disk with room for only k/64 of a save, the old state stays and nothing of
// the new one is left, and the save works once there is room.
func TestSaveOnSmallDisks(t *testing.T) {
	const parts, pages = 64, 4 // 4 pages of 4 KiB in each part
	disk := t.TempDir()
	mount := func(flags uintptr, kib int) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, fmt.Sprintf("size=%dk", kib))
	}
	if err := mount(0, 4); err != nil {
		t.Skipf("cannot mount a file system: %v", err)
	}
	defer syscall.Unmount(disk, 0)
	const room = parts * pages * 4
	passed, saved := 0, 0
	for k := 1; k <= parts; k++ {
		if err := mount(syscall.MS_REMOUNT, 3*room); err != nil {
			t.Fatal(err)
		}
		if _, err := Save(durable.Disk, disk, sample(k, 40), 1); err != nil {
			t.Fatal(err)
		}
		if err := mount(syscall.MS_REMOUNT, 4+k*room/parts); err != nil { // the old state takes 4
			t.Fatal(err)
		}
		_, err := Save(durable.Disk, disk, sample(100+k, room*1024-399), 1)
		want, full := k, k < parts
		if !full {
			want = 100 + k
			saved++
		}
		l := load(t, disk)
		if full == errors.Is(err, syscall.ENOSPC) && full == (err != nil) && l.State.Step == want && l.Skipped == nil &&
			!slices.ContainsFunc(entries(t, disk), isTemp) {
			passed++
		} else {
			t.Errorf("with %d/%d of the room: the error is %v and step %d loads", k, parts, err, l.State.Step)
		}
	}
	t.Logf("passed %d of %d", passed, parts)
	if saved != 1 {
		t.Errorf("%d saves had room, want one", saved)
	}
}
