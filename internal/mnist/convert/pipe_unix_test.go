//go:build unix

package convert

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table.csv")
	hostile.CheckPipe(t, table, func() error {
		_, err := Load(table, Options{})
		return err
	})
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cats"), 0o777); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(dir, "cats", "1.png")
	hostile.CheckPipe(t, picture, func() (skipped error) {
		Load(dir, Options{Skip: func(s Skipped) {
			if s.Path == picture {
				skipped = errors.New(s.String())
			}
		}})
		return skipped
	})
}

// Links that lead nowhere are reported, and those that lead in a circle end.
func TestLinks(t *testing.T) {
	good := plain(t, 1, 1, testGrey)
	dir := store(t, map[string][]byte{"a/1.png": good, "a/2.png": good, "b/1.png": good})
	for from, to := range map[string]string{"b/link.png": "nowhere", "a/self": "..", "c": "a"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	var skipped []string
	set, err := Load(dir, Options{AllowSkipped: true, Skip: func(s Skipped) { skipped = append(skipped, filepath.Base(s.Path)) }})
	if err != nil || len(set.Names) != 3 {
		t.Fatalf("%+v, %v", set, err)
	}
	if len(skipped) == 0 || set.Skipped == 0 {
		t.Errorf("skipped %q", skipped)
	}
}
