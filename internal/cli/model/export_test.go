package model

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
)

// What export writes for other programs, import turns into the same model again.
func TestExportAndImport(t *testing.T) {
	m := brightest(t)
	want, err := os.ReadFile(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"safetensors", "npz", "pytorch-safetensors", "onnx"} {
		dir := t.TempDir()
		file, again := filepath.Join(dir, "exported"), filepath.Join(dir, "imported")
		stdout, _, err := execute(NewExport, nil, m, "--out", file, "--format", format)
		if err != nil || !strings.HasPrefix(stdout, "# exported: 18-17, ") || !strings.Contains(stdout, "import ") {
			t.Errorf("%s: %v, printed\n%s", format, err, stdout)
		}
		if format == "onnx" {
			continue // which import does not take
		}
		stdout, stderr, err := execute(NewImport, nil, file, "--out", again, "--size", "18x1", "--pixel-scale", "7")
		if err != nil || stderr != "" || stdout != again+": 18-17, images of 1x18, pixels times 0.00392157\ntry it: mnistgpu eval "+again+"\n" {
			t.Errorf("%s: %v, with %q on stderr and\n%s", format, err, stderr, stdout)
		}
		if got, err := os.ReadFile(again); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: imported %d bytes, want %d equal ones: %v", format, len(got), len(want), err)
		}
	}
}

func TestExtensionIsTheFormat(t *testing.T) {
	m, dir := brightest(t), t.TempDir()
	for name, start := range map[string]string{"a.npz": "PK\x03\x04", "b.NPZ": "PK\x03\x04", "c.onnx": "\x08"} {
		out := filepath.Join(dir, name)
		if _, _, err := execute(NewExport, nil, m, "--out", out); err != nil {
			t.Error(err)
		}
		if content, err := os.ReadFile(out); err != nil || !strings.HasPrefix(string(content), start) {
			t.Errorf("%s does not begin with %q: %v", name, start, err)
		}
	}
}

func TestExportAndImportRefuse(t *testing.T) {
	m := brightest(t)
	taken := write(t, filepath.Join(t.TempDir(), "taken.npz"), []byte("mine"))
	for _, test := range []struct {
		command string
		args    []string
		want    string
		kind    fault.Kind
	}{
		{"export", []string{m}, "export needs --out FILE, a new file for the model", fault.BadUsage},
		{"export", []string{m, "--out", "x"}, `--out must end in .onnx, .npz or .safetensors, unless --format is given (got "x")`, fault.BadUsage},
		{"export", []string{m, "--out", taken}, "cannot write " + taken + ": file already exists", fault.CannotWrite},
		{"export", []string{"nowhere", "--out", "x.npz"}, "nowhere: file does not exist", fault.BadData},
		{"import", []string{m}, "import needs --out FILE, a new file for the model", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--pixel-scale", "0"}, "--pixel-scale must be greater than 0 (got 0)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--pixel-scale", "inf"}, "--pixel-scale must be greater than 0 (got +Inf)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--std", "0"}, "--std must be greater than 0 (got 0)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--mean", "nan"}, "--mean must be a finite number (got NaN)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--pixels", "1..1"}, "--pixels must be LOW..HIGH, such as -1..1 (got 1..1)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--pixels", "0-1"}, "--pixels must be LOW..HIGH, such as -1..1 (got 0-1)", fault.BadUsage},
		{"import", []string{m, "--out", "x", "--pixels", "0..1", "--pixel-scale", "1"}, "--pixels and --pixel-scale say the same", fault.BadUsage},
		{"import", []string{m, "--out", taken}, "cannot write " + taken + ": file already exists", fault.CannotWrite},
		{"import", []string{taken, "--out", "x"}, taken + ": is 4 bytes long", fault.BadData},
	} {
		command := NewExport
		if test.command == "import" {
			command = NewImport
		}
		_, _, err := execute(command, nil, test.args...)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || !fault.Is(err, test.kind) {
			t.Errorf("%s %q: %v, want %s", test.command, test.args, err, test.want)
		}
	}
	for _, name := range []string{"x", "x.npz"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "mine" {
		t.Errorf("the file that existed has %q, %v", content, err)
	}
}

// A file of another program has neither the size of the images nor the pixel scale.
func TestImportAssumes(t *testing.T) {
	dir := t.TempDir()
	header := `{"fc.weight":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[32,40]}}`
	header += strings.Repeat(" ", -len(header)&7)
	content := append([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}, header...)
	file := write(t, filepath.Join(dir, "torch.safetensors"), append(content, make([]byte, 40)...))
	for _, test := range []struct {
		args          []string
		stderr, image string
	}{
		{nil, "assuming square images of 2x2; --size overrides this\nassuming that pixels are divided by 255; --pixels, --mean and --std override this\n", "images of 2x2, pixels times 0.00392157"},
		{[]string{"--size", "1x4"}, "assuming that pixels are divided by 255; --pixels, --mean and --std override this\n", "images of 1x4, pixels times 0.00392157"},
		{[]string{"--size", "4x1", "--pixel-scale", "2"}, "", "images of 4x1, pixels times 2\n"},
	} {
		out := filepath.Join(dir, fmt.Sprint(len(test.args)))
		stdout, stderr, err := execute(NewImport, nil, append(test.args, file, "--out", out)...)
		if err != nil || stderr != test.stderr || !strings.Contains(stdout, test.image) {
			t.Errorf("%q: %v, with\n%sand\n%s", test.args, err, stderr, stdout)
		}
	}
}
