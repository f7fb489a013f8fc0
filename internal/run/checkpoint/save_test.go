package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/durable/durabletest"
	"mnistgpu/internal/fault"
)

func save(t *testing.T, disk durable.FS, dir string, step int) {
	t.Helper()
	if _, err := Save(disk, dir, sample(step, 40), 2); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, dir string) *Loaded {
	t.Helper()
	l, err := Load(durable.Disk, dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// entries returns the names in a folder.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	names, err := durable.Disk.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSaveKeepsGenerations(t *testing.T) {
	dir := t.TempDir()
	for step := range 5 {
		save(t, durable.Disk, dir, step)
	}
	want := []string{"checkpoint-000004.mnistgpu", "checkpoint-000005.mnistgpu"}
	if diff := cmp.Diff(want, entries(t, dir)); diff != "" {
		t.Error(diff)
	}
	l := load(t, dir)
	if diff := cmp.Diff(sample(4, 40), l.State); diff != "" || l.Name != want[1] || l.Skipped != nil {
		t.Errorf("loaded %s, skipped %v: %s", l.Name, l.Skipped, diff)
	}
	if name, err := Save(durable.Disk, dir, sample(9, 40), 1); err != nil || name != "checkpoint-000006.mnistgpu" {
		t.Errorf("saved %s, %v", name, err)
	}
	if got := entries(t, dir); len(got) != 1 {
		t.Errorf("the folder holds %q, want one", got)
	}
}

// Files that cannot be read are skipped and reported, whatever is wrong with them.
func TestLoadFallsBack(t *testing.T) {
	dir := t.TempDir()
	save(t, durable.Disk, dir, 1)
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	good := string(Encode(sample(7, 40)))
	write("checkpoint-000002.mnistgpu", good[:len(good)-1])
	write("checkpoint-000003.mnistgpu", good[:100]+"x"+good[101:])
	write("checkpoint-000004.mnistgpu", "")
	if err := os.Mkdir(filepath.Join(dir, "checkpoint-000005.mnistgpu"), 0o777); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"5.mnistgpu: is not a regular file",
		"4.mnistgpu: is cut off after 0 of at least 64 bytes",
		"3.mnistgpu: is damaged: its SHA-256 is not the one that it ends with",
		fmt.Sprintf("2.mnistgpu: is cut off after %d of %d bytes", len(good)-1, len(good)),
	}
	if runtime.GOOS != "windows" { // where links need a privilege
		if err := os.Symlink("nowhere", filepath.Join(dir, "checkpoint-000006.mnistgpu")); err != nil {
			t.Fatal(err)
		}
		want = append([]string{"6.mnistgpu: no such file or directory"}, want...)
	}
	l := load(t, dir)
	if l.State.Step != 1 || l.Name != "checkpoint-000001.mnistgpu" {
		t.Errorf("loaded step %d of %s, want 1", l.State.Step, l.Name)
	}
	for i, fault := range l.Skipped {
		if text := filepath.Join(dir, "checkpoint-00000") + want[i]; fault.Error() != text {
			t.Errorf("skipped %q\nwant    %q", fault, text)
		}
	}
	if len(l.Skipped) != len(want) {
		t.Errorf("skipped %d, want %d", len(l.Skipped), len(want))
	}
}

// counter is a disk that counts the files that are open.
type counter struct {
	durable.FS
	opened, open int
}

func (c *counter) Open(path string) (durable.Source, error) {
	s, err := c.FS.Open(path)
	if err != nil {
		return nil, err
	}
	c.opened++
	c.open++
	return closer{s, c}, nil
}

type closer struct {
	durable.Source
	c *counter
}

func (c closer) Close() error {
	c.c.open--
	return c.Source.Close()
}

// Whatever is wrong with a file, it is closed.
func TestLoadClosesWhatItOpens(t *testing.T) {
	dir := twice(t)
	if err := os.WriteFile(filepath.Join(dir, "checkpoint-000003.mnistgpu"), []byte("<html>"), 0o666); err != nil {
		t.Fatal(err)
	}
	disk := &counter{FS: durable.Disk}
	if _, err := Load(disk, dir); err != nil {
		t.Fatal(err)
	}
	if disk.opened != 2 || disk.open != 0 {
		t.Errorf("%d of %d files stay open", disk.open, disk.opened)
	}
}

// A file that is not a checkpoint is refused before memory is allocated for it: this
// one has the size of 1 TiB.
func TestLoadLooksBeforeItTakesMemory(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "checkpoint-000001.mnistgpu")
	if err := os.WriteFile(path, []byte("<html>"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skipf("cannot make a file with a hole: %v", err)
	}
	if _, err := Load(durable.Disk, dir); err == nil || !strings.HasSuffix(err.Error(), "is not an mnistgpu checkpoint") {
		t.Errorf("the error is %v", err)
	}
}

func TestLoadOfNothing(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(durable.Disk, dir)
	if !errors.Is(err, ErrNone) || !fault.Is(err, fault.BadData) || err.Error() != dir+": has no checkpoint" {
		t.Errorf("an empty folder gave %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint-000001.mnistgpu"), []byte("<html>"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = Load(durable.Disk, dir)
	want := dir + ": has no checkpoint that can be read: checkpoint-000001.mnistgpu is not an mnistgpu checkpoint"
	if errors.Is(err, ErrNone) || err.Error() != want {
		t.Errorf("a damaged one gave %v\nwant %s", err, want)
	}
	if _, err = Load(durable.Disk, filepath.Join(dir, "none")); !fault.Is(err, fault.BadData) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder gave %v", err)
	}
}

// Loading skips any file that cannot be opened or read, and never returns an older
// state as the newest without reporting it.
func TestLoadFaults(t *testing.T) {
	dir := twice(t)
	passed, cases, operations := 0, 0, map[string]bool{}
	for _, fault := range durabletest.Faults {
		for _, forever := range []bool{false, true} {
			for at := 0; ; at++ {
				disk := &durabletest.Faulty{FS: durable.Disk, At: at, Err: fault, Forever: forever}
				l, err := Load(disk, dir)
				if disk.Failed == "" {
					break
				}
				cases++
				operations[disk.Failed] = true
				if at == 0 && errors.Is(err, fault) || at > 0 && forever && loadsNothing(err, fault) ||
					at > 0 && !forever && err == nil && l.State.Step == 1 && len(l.Skipped) == 1 && errors.Is(l.Skipped[0], fault) {
					passed++
				} else {
					t.Errorf("%v of %q, for ever %v, gave %+v, %v", fault, disk.Failed, forever, l, err)
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, cases)
	if len(operations) != 3 || cases != 5*2*4 {
		t.Errorf("%d cases of %d operations: want 40 of 3", cases, len(operations))
	}
}

// loadsNothing reports whether err says that neither generation can be read, and why.
func loadsNothing(err, fault error) bool {
	return err != nil && strings.Contains(err.Error(), "has no checkpoint that can be read: checkpoint-000002.mnistgpu ") &&
		strings.Contains(err.Error(), "; checkpoint-000001.mnistgpu ") && strings.Count(err.Error(), fault.Error()) == 2
}

// A folder may hold other files, which are neither loaded nor removed, however similar
// their names are to those of generations.
func TestOtherFilesStay(t *testing.T) {
	dir := t.TempDir()
	good := Encode(sample(7, 40))
	others := []string{
		"000009.mnistgpu", "checkpoint-", "checkpoint-+00009.mnistgpu", "checkpoint--00009.mnistgpu",
		"checkpoint-000000.mnistgpu", "checkpoint-000009", "checkpoint-000009.mnistgpu.bak", "checkpoint-0000009.mnistgpu",
		"checkpoint-9.mnistgpu", "checkpoint-99999999999999999999.mnistgpu", "checkpoint-x00009.mnistgpu", "my-checkpoint-000009.mnistgpu",
	}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), good, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(durable.Disk, dir); !errors.Is(err, ErrNone) {
		t.Errorf("other files alone gave %v", err)
	}
	for step := range 3 {
		save(t, durable.Disk, dir, step)
	}
	want := append([]string{"checkpoint-000002.mnistgpu", "checkpoint-000003.mnistgpu"}, others...)
	slices.Sort(want)
	if diff := cmp.Diff(want, entries(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// The millionth generation has a name of seven digits, and is the newest.
func TestSaveAfterManyGenerations(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "checkpoint-999999.mnistgpu"), Encode(sample(1, 40)), 0o666); err != nil {
		t.Fatal(err)
	}
	save(t, durable.Disk, dir, 2)
	if l := load(t, dir); l.Name != "checkpoint-1000000.mnistgpu" || l.State.Step != 2 {
		t.Errorf("loaded step %d of %s", l.State.Step, l.Name)
	}
}

// Keeping nothing would lose the run, so Save panics.
func TestSaveThatKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	save(t, durable.Disk, dir, 1)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		Save(durable.Disk, dir, sample(2, 40), 0)
	}()
	if l := load(t, dir); l.State.Step != 1 {
		t.Errorf("step %d loads, want 1", l.State.Step)
	}
}
