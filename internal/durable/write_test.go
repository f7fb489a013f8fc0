package durable_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/durable/durabletest"
)

var before, after = []byte("before"), bytes.Repeat([]byte("after"), 2000)

// hold returns the content of the file, and checks that nothing else is in the folder.
func hold(t *testing.T, path string) []byte {
	t.Helper()
	names, err := durable.Disk.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != 1 || names[0] != filepath.Base(path) {
		t.Errorf("the folder holds %q, want %s alone", names, filepath.Base(path))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := durable.Write(durable.Disk, path, content); err != nil {
		t.Fatal(err)
	}
}

// Every operation fails with every fault, once and forever. A save that reports success
// has succeeded; one that failed left the old content or, if only syncing the folder
// failed, the new. A temporary file stays only if the disk refuses to remove it, and
// only until the next save.
func TestWriteFaults(t *testing.T) {
	passed, cases := 0, 0
	for _, fault := range durabletest.Faults {
		for _, forever := range []bool{false, true} {
			for at, done := 0, false; !done; at++ {
				name := fmt.Sprintf("%v, for ever %v, at operation %d", fault, forever, at)
				disk := &durabletest.Faulty{FS: durable.Disk, At: at, Err: fault, Forever: forever}
				ok := t.Run(name, func(t *testing.T) { done = writeThrough(t, disk) })
				if done {
					continue
				}
				cases++
				if ok {
					passed++
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, cases)
	if cases < 5*2*7 {
		t.Errorf("%d cases: want every operation of a save to fail", cases)
	}
}

// writeThrough replaces a file on a faulty disk, and reports whether no operation
// failed.
func writeThrough(t *testing.T, disk *durabletest.Faulty) (done bool) {
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, before)
	err := durable.Write(disk, path, after)
	harmless := disk.Failed == "" || disk.Failed == "read folder" && !disk.Forever
	if harmless != (err == nil) {
		t.Errorf("a fault of %q gave the error %v", disk.Failed, err)
	}
	got, readErr := os.ReadFile(path)
	if readErr != nil {
		t.Fatal(readErr)
	}
	want := before
	if err == nil || disk.Failed == "sync folder" {
		want = after
	}
	if !bytes.Equal(got, want) {
		t.Errorf("a fault of %q left %.9q", disk.Failed, got)
	}
	if disk.Forever && disk.Failed != "" {
		write(t, path, after)
	}
	hold(t, path)
	return disk.Failed == ""
}

// A process that stops before, during or after any operation leaves the old content or
// the new one.
func TestWriteCrashes(t *testing.T) {
	passed, cases, seen := 0, 0, map[string]int{}
	for at, done := 0, false; !done; at++ {
		for _, afterwards := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "file")
			write(t, path, before)
			disk := &durabletest.Faulty{FS: durable.Disk, At: at, After: afterwards}
			func() {
				defer func() { recover() }()
				durable.Write(disk, path, after)
				done = true
			}()
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if disk.Failed != "" {
				cases++
				seen[string(got)]++
			}
			if bytes.Equal(got, before) || bytes.Equal(got, after) {
				passed++
			}
			write(t, path, after)
			hold(t, path)
		}
	}
	passed -= 2 // the last two did not crash
	t.Logf("passed %d of %d, %d old and %d new", passed, cases, seen[string(before)], seen[string(after)])
	if passed != cases || seen[string(before)] == 0 || seen[string(after)] == 0 {
		t.Error("want the old content or the new one, and both to occur")
	}
}

// powerCuts writes a file three times, through broken to a disk that records,
// and counts the states after a power cut that do not hold what was promised.
func powerCuts(t *testing.T, broken func(durable.FS) durable.FS) (states, lost int) {
	path := filepath.Join(t.TempDir(), "file")
	recorder := &durabletest.Recorder{FS: durable.Disk}
	contents := [][]byte{nil, before, bytes.Repeat([]byte("amid"), 5000), after}
	for i, content := range contents[1:] {
		if err := durable.Write(broken(recorder), path, content); err != nil {
			t.Fatal(err)
		}
		recorder.Mark(i + 1)
	}
	for cut := range recorder.PowerCuts() {
		states++
		got, ok := cut.Files[path]
		safe := cut.Mark == 0 && !ok
		for _, content := range contents[max(cut.Mark, 1):] {
			safe = safe || ok && bytes.Equal(got, content)
		}
		if !safe {
			lost++
		}
	}
	return states, lost
}

func TestWritePowerCuts(t *testing.T) {
	states, lost := powerCuts(t, func(fs durable.FS) durable.FS { return fs })
	t.Logf("passed %d of %d", states-lost, states)
	if lost > 0 || states < 150 {
		t.Errorf("%d of %d states lost the file", lost, states)
	}
}

// Without either of the two fsyncs the same test fails.
func TestWritePowerCutsBite(t *testing.T) {
	for name, broken := range map[string]func(durable.FS) durable.FS{
		"no fsync of the file":   func(fs durable.FS) durable.FS { return durabletest.NoSync{FS: fs} },
		"no fsync of the folder": func(fs durable.FS) durable.FS { return durabletest.NoSyncDir{FS: fs} },
	} {
		if states, lost := powerCuts(t, broken); lost == 0 {
			t.Errorf("%s: none of %d states lost the file", name, states)
		}
	}
}

// Only temporary files of dead processes for the same file are removed.
func TestWriteRemovesStaleFiles(t *testing.T) {
	dir := t.TempDir()
	const dead = 1 << 30 // more than any system's largest process number
	kept := []string{
		".file." + strconv.Itoa(os.Getppid()) + "-0.tmp", ".other." + strconv.Itoa(dead) + "-0.tmp",
		".file.1.tmp", ".file.x-0.tmp", ".file.-5-0.tmp", ".file.0-0.tmp", "file." + strconv.Itoa(dead) + "-0.tmp",
		".file." + strconv.Itoa(dead) + ".tmp", ".file." + strconv.Itoa(dead) + "-0", ".file.0" + strconv.Itoa(dead) + "-0.tmp",
	}
	stale := []string{".file." + strconv.Itoa(dead) + "-0.tmp", ".file." + strconv.Itoa(os.Getpid()) + "-ff.tmp"}
	for _, name := range append(kept, stale...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "file"), after)
	for _, name := range kept {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range stale {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

// A process that writes the same file is left alone, and so is its file.
func TestWriteBesideAnother(t *testing.T) {
	dir := t.TempDir()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), lockVariable+"="+dir)
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(dir, ".file."+strconv.Itoa(other.Process.Pid)+"-0.tmp")
	if err := os.WriteFile(temp, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "file"), after)
	if _, err := os.Stat(temp); err != nil {
		t.Error(err)
	}
	stdin.Close()
	if err := other.Wait(); err != nil {
		t.Errorf("the other process ended with %v", err)
	}
}
