package house

import (
	"slices"
	"strings"
	"testing"
)

// arrows lists which packages of the project each of them may import. A folder that is
// not listed may import none; a name includes the folders below it.
var arrows = map[string][]string{
	"cmd": {
		"cpu",
		"gpu",
		"internal/backend",
		"internal/bench",
		"internal/chart",
		"internal/convert",
		"internal/exchange",
		"internal/infer",
		"internal/lrfind",
		"internal/metrics",
		"internal/mnist",
		"internal/model",
		"internal/npz",
		"internal/oserror",
		"internal/photo",
		"internal/picture",
		"internal/report",
		"internal/rundir",
		"internal/runs",
		"internal/serve",
		"internal/sweep",
		"internal/train",
		"internal/verify",
	},
	"cpu":                          {"cpu", "internal/backend"},
	"gpu":                          {"gpu", "internal/backend", "kernels"},
	"internal/backend/backendtest": {"internal/backend"},
	"internal/checkpoint":          {"internal/durable", "internal/model", "internal/oserror"},
	"internal/bench":               {"internal/backend", "internal/mnist", "internal/nn", "internal/train"},
	"internal/convert":             {"internal/mnist", "internal/oserror"},
	"internal/durable/durabletest": {"internal/durable"},
	"internal/exchange":            {"internal/model", "internal/npz", "internal/onnx"},
	"internal/infer":               {"internal/backend", "internal/metrics", "internal/model", "internal/nn"},
	"internal/mnist":               {"internal/oserror"},
	"internal/model":               {"internal/oserror"},
	"internal/nn":                  {"internal/backend", "internal/model"},
	"internal/onnx":                {"internal/model"},
	"internal/report":              {"internal/chart", "internal/metrics", "internal/mnist", "internal/model", "internal/picture", "internal/runs", "internal/train"},
	"internal/rundir":              {"internal/durable", "internal/oserror"},
	"internal/runs":                {"internal/checkpoint", "internal/durable", "internal/model", "internal/oserror", "internal/rundir", "internal/train"},
	"internal/serve":               {"internal/backend", "internal/infer", "internal/model", "internal/photo", "internal/runs"},
	"internal/sweep":               {"internal/oserror", "internal/rundir"},
	"internal/train/traintest":     {"internal/backend", "internal/checkpoint", "internal/mnist", "internal/nn", "internal/runs", "internal/train"},
	"internal/train":               {"internal/backend", "internal/mnist", "internal/model", "internal/nn"},
	"internal/verify":              {"internal/backend"},
}

// owners lists the only folders that may import a module, so that only one place has to
// change to replace it.
var owners = map[string][]string{
	"gorgonia.org/cu":                   {"gpu/driver"},
	"gonum.org/v1/gonum":                {"cpu", "gpu/driver"}, // gorgonia's BLAS takes gonum's constants
	"gonum.org/v1/netlib":               {"cpu"},
	"github.com/spf13/cobra":            {"cmd"},
	"github.com/schollz/progressbar/v3": {"cmd"},
	"github.com/nlpodyssey/safetensors": {"internal/model"},
	"google.golang.org/protobuf":        {"internal/onnx"},
}

func TestImportsPointOneWay(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, path := range imports(s) {
			target, ours := strings.CutPrefix(path, "mnistgpu/")
			if ours && !allowed(s.folder(), target) {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
	}
}

func TestModulesHaveOneOwner(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range imports(s) {
			for module, folders := range owners {
				owned := slices.ContainsFunc(folders, func(f string) bool { return within(s.folder(), f) })
				if within(path, module) && !owned && !s.isTest() {
					t.Errorf("%s imports %s, which is for %v alone", s.path, path, folders)
				}
			}
		}
	}
}

func imports(s source) []string {
	var paths []string
	for _, spec := range s.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

// allowed reports whether from may import to, by the longest folder in arrows that
// contains from.
func allowed(from, to string) bool {
	var folder string
	for f := range arrows {
		if within(from, f) && len(f) > len(folder) {
			folder = f
		}
	}
	return slices.ContainsFunc(arrows[folder], func(f string) bool { return to == f || within(to, f) && within(from, f) })
}

// within reports whether path is folder or is below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func TestArrowsBite(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"cmd/mnistgpu", "internal/train", true},
		{"internal/train", "internal/nn", true},
		{"internal/nn", "internal/train", false},
		{"internal/train", "cpu", false},
		{"internal/backend", "internal/nn", false},
		{"gpu", "gpu/driver", true},
		{"gpu/driver", "gpu", true},
		{"gpu", "cpu", false},
		{"kernels", "gpu", false},
		{"gpu", "kernels/ptx", false}, // for tests alone
	} {
		if got := allowed(test.from, test.to); got != test.want {
			t.Errorf("%s may import %s: %v, want %v", test.from, test.to, got, test.want)
		}
	}
}
