package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
	"mnistgpu/internal/run/checkpoint"
	"mnistgpu/internal/settings"
)

// readers maps each archive of testdata/bad to the function that reads its files and
// the name that such a file gets.
var readers = map[string]struct {
	file string
	read func(path string) error
}{
	"images":      {"train-images-idx3-ubyte", func(path string) error { _, err := mnist.ReadImages(path); return err }},
	"labels":      {"train-labels-idx1-ubyte", func(path string) error { _, err := mnist.ReadLabels(path); return err }},
	"gzip":        {"train-images-idx3-ubyte.gz", func(path string) error { _, err := mnist.ReadImages(path); return err }},
	"dataset":     {"train-labels-idx1-ubyte", readBesideImages},
	"safetensors": {"model.safetensors", func(path string) error { _, err := model.Read(path); return err }},
	"checkpoint":  {"checkpoint-000001.mnistgpu", readCheckpoint},
	"csv":         {"x.csv", firstFault},
	"png":         {"a/1.png", readAmongClasses},
	"toml":        {"config.toml", readBadSettings},
	"history":     {"history.csv", func(path string) error { _, err := run.ReadHistory(filepath.Dir(path)); return err }},
	"summary":     {"summary.json", func(path string) error { _, err := run.ReadSummary(filepath.Dir(path)); return err }},
}

func readCheckpoint(path string) error {
	_, err := checkpoint.Load(durable.Disk, filepath.Dir(path))
	return err
}

// readBesideImages reads a data set: the training labels at path, beside 60,000
// training images of one pixel and one test image with its label.
func readBesideImages(path string) error {
	dir := filepath.Dir(path)
	for name, content := range map[string]string{
		"train-images-idx3-ubyte": "\x00\x00\x08\x03\x00\x00\xea\x60\x00\x00\x00\x01\x00\x00\x00\x01" + strings.Repeat("x", 60_000),
		"t10k-images-idx3-ubyte":  "\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01x",
		"t10k-labels-idx1-ubyte":  "\x00\x00\x08\x01\x00\x00\x00\x01\x01",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			return err
		}
	}
	_, err := mnist.LoadDir(dir, 10)
	return err
}

// readAmongClasses imports a picture of one of two classes; the other one has the same.
func readAmongClasses(path string) error {
	dir := filepath.Dir(filepath.Dir(path))
	if err := os.CopyFS(filepath.Join(dir, "b"), os.DirFS(filepath.Dir(path))); err != nil {
		return err
	}
	return firstFault(dir)
}

// firstFault imports path and returns the reason for the first skip or, if nothing was
// skipped, the error of the whole import.
func firstFault(path string) error {
	var first error
	set, err := convert.Load(path, convert.Options{Names: []string{"a", "b"}, Skip: func(s convert.Skipped) {
		if first == nil {
			first = errors.New(s.String())
		}
	}})
	if err == nil {
		_, err = set.Dataset(0.5, 0)
	}
	if first != nil {
		return first
	}
	return err
}

// readBadSettings reads a settings file for train.
func readBadSettings(path string) error {
	flags := pflag.NewFlagSet("train", pflag.ContinueOnError)
	settings.Register(flags, settings.Train)
	if err := flags.Set("config", path); err != nil {
		return err
	}
	if err := settings.Apply(flags, func(string) string { return "" }); err != nil {
		return err
	}
	_, err := settings.Resolve(settings.GivenBy(flags))
	return err
}

// Every bad file is refused with its own message, and with no other.
func TestBadFiles(t *testing.T) {
	passed, cases := 0, 0
	for kind, reader := range readers {
		for _, c := range hostile.Cases(t, filepath.Join("testdata", "bad", kind+".txtar")) {
			cases++
			ok := t.Run(kind+"/"+c.Name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), filepath.FromSlash(reader.file))
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, c.Content, 0o666); err != nil {
					t.Fatal(err)
				}
				err := reader.read(path)
				if err == nil {
					t.Fatal("was accepted")
				}
				if got := withoutPath(err.Error(), path); got != c.Want {
					t.Errorf("the error is\n%s\nwant\n%s", got, c.Want)
				}
			})
			if ok {
				passed++
			}
		}
	}
	t.Logf("passed %d of %d", passed, cases)
	if cases < 60 {
		t.Errorf("%d bad files: want 60 at least", cases)
	}
}

// withoutPath drops the path of a file or of its folder from the start of a message, or
// else replaces the path by FILE.
func withoutPath(message, path string) string {
	for _, prefix := range []string{path + ": ", path + ":", filepath.Dir(path) + ": "} {
		if rest, ok := strings.CutPrefix(message, prefix); ok {
			return rest
		}
	}
	return strings.ReplaceAll(message, path, "FILE")
}
