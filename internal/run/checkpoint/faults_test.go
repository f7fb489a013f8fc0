package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/durable/durabletest"
)

// twice makes a folder with the generations of steps 1 and 2.
func twice(t *testing.T) (dir string) {
	dir = t.TempDir()
	save(t, durable.Disk, dir, 1)
	save(t, durable.Disk, dir, 2)
	return dir
}

func isTemp(name string) bool { return strings.HasPrefix(name, ".") }

// Every operation of a save fails with every fault, once and forever. After success
// the new state loads; after failure the old one does or, if only syncing the folder
// failed, the new.
func TestSaveFaults(t *testing.T) {
	passed, cases := 0, 0
	operations := map[string]bool{}
	for _, fault := range durabletest.Faults {
		for _, forever := range []bool{false, true} {
			for at := 0; ; at++ {
				disk := &durabletest.Faulty{FS: durable.Disk, At: at, Err: fault, Forever: forever}
				ok := t.Run(fmt.Sprintf("%v, for ever %v, at operation %d", fault, forever, at),
					func(t *testing.T) { saveThrough(t, disk) })
				if disk.Failed == "" {
					break
				}
				operations[disk.Failed] = true
				cases++
				if ok {
					passed++
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, cases)
	if len(operations) != 8 || cases != 5*2*9 {
		t.Errorf("%d cases of %d operations: want 90 of 8", cases, len(operations))
	}
}

func saveThrough(t *testing.T, disk *durabletest.Faulty) {
	dir := twice(t)
	_, err := Save(disk, dir, sample(3, 40), 2)
	l := load(t, dir)
	want := 2
	if err == nil || disk.Failed == "sync folder" {
		want = 3
	}
	if l.State.Step != want || l.Skipped != nil {
		t.Errorf("a fault of %q gave the error %v, and loads step %d, skipping %v", disk.Failed, err, l.State.Step, l.Skipped)
	}
	if lasting := disk.Forever && disk.Failed != ""; !lasting && slices.ContainsFunc(entries(t, dir), isTemp) {
		t.Errorf("a fault of %q left %q", disk.Failed, entries(t, dir))
	}
	save(t, durable.Disk, dir, 4)
	if got := entries(t, dir); len(got) != 2 || slices.ContainsFunc(got, isTemp) {
		t.Errorf("the save after a fault of %q left %q", disk.Failed, got)
	}
}

// A process that stops before, during or after any operation leaves the old state or
// the new one.
func TestSaveCrashes(t *testing.T) {
	passed, cases, seen := 0, 0, map[int]int{}
	for _, afterwards := range []bool{false, true} {
		for at := 0; ; at++ {
			dir := twice(t)
			disk := &durabletest.Faulty{FS: durable.Disk, At: at, After: afterwards}
			func() {
				defer func() { recover() }()
				Save(disk, dir, sample(3, 40), 2)
			}()
			if disk.Failed == "" {
				break
			}
			cases++
			l := load(t, dir)
			seen[l.State.Step]++
			if l.Skipped == nil {
				passed++
			}
		}
	}
	t.Logf("passed %d of %d: %d old, %d new", passed, cases, seen[2], seen[3])
	if passed != cases || cases != 2*9 || seen[2] == 0 || seen[3] == 0 || seen[2]+seen[3] != cases {
		t.Errorf("seen %v: want the old state or the new one, and both to occur", seen)
	}
}

// powerCuts saves four times, through broken to a disk that records. It counts the
// different states after a power cut, and those that do not load what was promised, or
// load something that was never saved.
func powerCuts(t *testing.T, bytes int, broken func(durable.FS) durable.FS) (states, lost, skipped int) {
	dir := t.TempDir()
	recorder := &durabletest.Recorder{FS: durable.Disk}
	const saves = 4
	for step := 1; step <= saves; step++ {
		if _, err := Save(broken(recorder), dir, sample(step, bytes), 2); err != nil {
			t.Fatal(err)
		}
		recorder.Mark(step)
	}
	known := map[[sha256.Size]byte]bool{}
	for cut := range recorder.PowerCuts() {
		key := fingerprint(cut)
		if known[key] {
			continue
		}
		known[key] = true
		states++
		l, err := Load(cut.Files, dir)
		if err != nil && cut.Mark > 0 || err == nil && (l.State.Step < cut.Mark || l.State.Step > cut.Mark+1) {
			lost++
		}
		if err == nil && len(l.Skipped) > 0 {
			skipped++
		}
	}
	return states, lost, skipped
}

func fingerprint(cut durabletest.Cut) [sha256.Size]byte {
	h := sha256.New()
	var paths []string
	for path := range cut.Files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		fmt.Fprintf(h, "%s %d ", path, len(cut.Files[path]))
		h.Write(cut.Files[path])
	}
	fmt.Fprint(h, cut.Mark)
	return [sha256.Size]byte(h.Sum(nil))
}

func TestSavePowerCuts(t *testing.T) {
	states, lost, skipped := powerCuts(t, 8*4096, func(fs durable.FS) durable.FS { return fs })
	t.Logf("passed %d of %d different states; %d of them fell back", states-lost, states, skipped)
	if lost > 0 || states < 2000 {
		t.Errorf("%d of %d states do not load what was saved", lost, states)
	}
}

// Without either of the two fsyncs the same test fails.
func TestSavePowerCutsBite(t *testing.T) {
	for name, broken := range map[string]func(durable.FS) durable.FS{
		"no fsync of the file":   func(fs durable.FS) durable.FS { return durabletest.NoSync{FS: fs} },
		"no fsync of the folder": func(fs durable.FS) durable.FS { return durabletest.NoSyncDir{FS: fs} },
	} {
		states, lost, _ := powerCuts(t, 40, broken)
		t.Logf("%s: %d of %d states lose a save", name, lost, states)
		if lost == 0 {
			t.Errorf("%s: none of %d states lost a save", name, states)
		}
	}
}
