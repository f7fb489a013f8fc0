package lrfind

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// writeDigits writes a data set of 600 and 200 drawn digits into the folder digits.
func writeDigits(t *testing.T) {
	t.Helper()
	data := mnist.Synthetic(600, 200, 1)
	err := os.Mkdir("digits", 0o777)
	for prefix, split := range map[string]mnist.Split{"train": data.Train, "t10k": data.Test} {
		var images, labels bytes.Buffer
		err = errors.Join(err,
			mnist.WriteImages(&images, mnist.Images{Height: data.Height, Width: data.Width, Pixels: split.Images}),
			mnist.WriteLabels(&labels, split.Labels),
			os.WriteFile(filepath.Join("digits", prefix+"-images-idx3-ubyte"), images.Bytes(), 0o666),
			os.WriteFile(filepath.Join("digits", prefix+"-labels-idx1-ubyte"), labels.Bytes(), 0o666))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command runs lr-find on drawn digits.
func command(t *testing.T, ctx context.Context, flags string) (stdout, stderr string, err error) {
	t.Helper()
	var out, notes bytes.Buffer
	o := &ui.IO{Stdout: &out, Stderr: &notes, Getenv: func(string) string { return "" }}
	cmd := New(o)
	cmd.SetArgs(append(strings.Fields(flags), "--data", "digits"))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.PreRunE = func(*cobra.Command, []string) error { return settings.Apply(cmd.Flags(), o.Getenv) }
	err = cmd.ExecuteContext(ctx)
	return out.String(), notes.String(), err
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestRangeTest finds a rate twice, for people and for a program.
func TestRangeTest(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	stdout, stderr, err := command(t, t.Context(), "--backend cpu --hidden 32 --batch 64")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stdout, "suggest ") || !strings.HasSuffix(stdout, "\npicture in runs/digits-lr-find-001/lr-find.png\n") ||
		!strings.HasPrefix(stderr, "digits: images of 28x28, ") || strings.Count(stderr, "\n") != 2 ||
		!strings.HasSuffix(stderr, "\ntesting 100 learning rates from 1e-06 to 10: 3 steps of 64 images at each\n") {
		t.Errorf("it prints %q and %q", stdout, stderr)
	}
	stdout, stderr, err = command(t, t.Context(), "--backend cpu --hidden 32 --batch 64 --run-dir again --quiet --json")
	if err != nil || stderr != "" {
		t.Fatalf("%v, %q", err, stderr)
	}
	var found result
	if err := json.Unmarshal([]byte(stdout), &found); err != nil {
		t.Fatal(err)
	}
	if !(found.Suggestion > 0.05 && found.Suggestion < 2 && found.Steepest <= found.Suggestion && found.Suggestion <= found.Lowest) {
		t.Errorf("the rates of a network that 0.5 trains are %+v", found)
	}
	for _, name := range []string{curveFile, chartFile} {
		if read(t, filepath.Join("again", name)) != read(t, filepath.Join("runs/digits-lr-find-001", name)) {
			t.Errorf("%s of the second test differs", name)
		}
	}
}

// TestSettingsFile checks that lr-find.toml has the settings of the command, and no
// others that a file gave.
func TestSettingsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	if err := os.WriteFile("run.toml", []byte("hidden = [8, 7]\nlr = 0.25\nepochs = 3\nbatch = \"full\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := command(t, t.Context(), "--backend cpu --config run.toml --run-dir rates"); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for line := range strings.Lines(read(t, filepath.Join("rates", settingsFile))) {
		key, _, _ := strings.Cut(line, " ")
		keys = append(keys, key)
	}
	const want = "preset data classes backend hidden batch init_std pixel_scale l2 seed shuffle optimizer"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("the file has %s, want %s", got, want)
	}
	for _, line := range []string{"hidden = [8, 7] ", "batch = 512 "} {
		if !strings.Contains(read(t, filepath.Join("rates", settingsFile)), "\n"+line) {
			t.Errorf("the file lacks %s", line)
		}
	}
}

// TestFailures checks what is left of a test that comes to nothing.
func TestFailures(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDigits(t)
	stopped, cancel := context.WithCancelCause(t.Context())
	cancel(fault.New(fault.Interrupted, "stopped by a test"))
	for _, test := range []struct {
		ctx   context.Context
		flags string
		want  string
		code  int
		left  string // files in the folder
	}{
		{t.Context(), "--momentum 0.5", "--momentum needs --optimizer momentum", 2, ""},
		{t.Context(), "--batch 601", "a batch of 601 is larger than the training set of 600 images", 2, ""},
		{t.Context(), "--pixel-scale 1e200", "no learning rate lowers the loss: at 1e-06 the loss is not finite", 7, "lr-find.csv lr-find.toml"},
		{stopped, "", "stopped by a test", 130, ""},
	} {
		os.RemoveAll("none")
		_, _, err := command(t, test.ctx, "--backend cpu --hidden 8 --run-dir none "+test.flags)
		if err == nil || err.Error() != test.want || fault.ExitCode(err) != test.code {
			t.Errorf("%s: error %q with code %d, want %q with %d", test.flags, err, fault.ExitCode(err), test.want, test.code)
		}
		var left []string
		entries, _ := os.ReadDir("none")
		for _, e := range entries {
			left = append(left, e.Name())
		}
		if got := strings.Join(left, " "); got != test.left {
			t.Errorf("%s leaves %q, want %q", test.flags, got, test.left)
		}
	}
}
