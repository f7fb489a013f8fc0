package shared

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// TestReadAhead checks that reading ahead finds the same data as reading, and fails in
// the same way.
func TestReadAhead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digits")
	if err := mnist.WriteDir(dir, mnist.Synthetic(20, 10, 1), mnist.DefaultNames(10)); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"MNISTGPU_DATA": filepath.Join(dir, "none")}
	o := &ui.IO{Stderr: io.Discard, Getenv: func(name string) string { return variables[name] }}
	for name, test := range map[string]struct {
		data    string
		classes int
		good    bool
	}{
		"a folder":                {dir, 10, true},
		"no folder":               {"nowhere", 10, false},
		"no MNIST":                {"mnist", 10, false},
		"no MNIST, or digits":     {"auto", 10, false},
		"seven classes of digits": {"auto", 7, false},
	} {
		early := <-earlyData(t.Context(), o, test.data, test.classes)
		got, failed := ReadAhead(t.Context(), o, test.data, settings.Classes{Count: test.classes})()
		want, err := OpenData(t.Context(), o, test.data, settings.Classes{Count: test.classes})
		if (early != nil) != test.good || (err == nil) != test.good {
			t.Errorf("%s: early %v, OpenData: %v", name, early, err)
		}
		same := cmp.Options{cmp.AllowUnexported(mnist.Dataset{})}
		if diff := cmp.Diff(want, got, same); diff != "" || test.good && !cmp.Equal(want, early, same) {
			t.Errorf("%s: other data than OpenData's:\n%s", name, diff)
		}
		if !test.good && (failed == nil || failed.Error() != err.Error() || fault.ExitCode(failed) != fault.ExitCode(err)) {
			t.Errorf("%s: the error is %v, want %v", name, failed, err)
		}
	}
}
