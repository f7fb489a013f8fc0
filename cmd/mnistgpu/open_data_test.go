package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist"
)

// TestReadAhead checks that readAhead gives what openData gives, data or error, and
// that the data are read before anyone asks for them.
func TestReadAhead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digits")
	if err := writeDigits(dir, 20, 10); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MNISTGPU_DATA", filepath.Join(dir, "none"))
	ten := classList{count: 10}
	for name, test := range map[string]struct {
		s    settings
		good bool
	}{
		"a folder":                {settings{data: dir, classes: ten}, true},
		"no folder":               {settings{data: "nowhere", classes: ten}, false},
		"no MNIST":                {settings{data: "mnist", classes: ten}, false},
		"no MNIST, or digits":     {settings{data: "auto", classes: ten}, false},
		"seven classes of digits": {settings{data: "auto", classes: classList{count: 7}}, false},
	} {
		early := <-earlyData(t.Context(), &test.s)
		got, failed := readAhead(t.Context(), &test.s)()
		want, err := openData(t.Context(), &test.s)
		if (early != nil) != test.good || (err == nil) != test.good {
			t.Errorf("%s: early %v, openData: %v", name, early, err)
		}
		same := cmp.Options{cmp.AllowUnexported(mnist.Dataset{})}
		if diff := cmp.Diff(want, got, same); diff != "" || test.good && !cmp.Equal(want, early, same) {
			t.Errorf("%s: other data than openData's:\n%s", name, diff)
		}
		if !test.good && (failed == nil || failed.Error() != err.Error() || exitCode(failed) != exitCode(err)) {
			t.Errorf("%s: the error is %v, want %v", name, failed, err)
		}
	}
}
