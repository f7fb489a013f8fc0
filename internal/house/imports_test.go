package house

import (
	"slices"
	"strings"
	"testing"
)

// arrows lists which packages of the project each of them may import. A folder that is
// not listed may import none; a name includes the folders below it.
var arrows = map[string][]string{
	"bench/openblas":      {"cpu", "internal/backend"},
	"bench/peers/problem": {"cpu", "internal/mnist", "internal/model/npz", "internal/train"},
	"cmd":                 {"internal/cli", "internal/ui"},
	"internal/settings":   {"cpu", "gpu", "internal/fault", "internal/mnist", "internal/model", "internal/nn", "internal/train"},
	"internal/ui":         {"internal/fault"},
	"internal/cli": {
		"gpu",
		"internal/backend",
		"internal/cli/bench",
		"internal/cli/data",
		"internal/cli/lrfind",
		"internal/cli/model",
		"internal/cli/report",
		"internal/cli/serve",
		"internal/cli/shared",
		"internal/cli/sweep",
		"internal/cli/train",
		"internal/fault",
		"internal/mnist",
		"internal/run",
		"internal/settings",
		"internal/ui",
	},
	"internal/cli/data":            {"internal/cli/shared", "internal/draw", "internal/fault", "internal/mnist", "internal/mnist/convert", "internal/run", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/model":           {"internal/backend", "internal/cli/shared", "internal/fault", "internal/infer", "internal/mnist", "internal/mnist/photo", "internal/model", "internal/model/exchange", "internal/model/npz", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/bench":           {"internal/backend", "internal/cli/shared", "internal/fault", "internal/mnist", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/report":          {"internal/backend", "internal/cli/shared", "internal/fault", "internal/mnist", "internal/model", "internal/report", "internal/run", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/serve":           {"internal/backend", "internal/cli/shared", "internal/fault", "internal/run", "internal/serve", "internal/settings", "internal/ui"},
	"internal/cli/shared":          {"cpu", "gpu", "internal/backend", "internal/backend/verify", "internal/fault", "internal/machine", "internal/mnist", "internal/mnist/convert", "internal/mnist/form", "internal/model", "internal/run", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/lrfind":          {"internal/backend", "internal/cli/shared", "internal/draw", "internal/fault", "internal/mnist", "internal/run", "internal/settings", "internal/train", "internal/ui"},
	"internal/cli/sweep":           {"internal/backend", "internal/cli/shared", "internal/draw", "internal/fault", "internal/mnist", "internal/run", "internal/settings", "internal/sweep", "internal/train", "internal/ui"},
	"internal/cli/train":           {"gpu", "internal/backend", "internal/cli/report", "internal/cli/shared", "internal/fault", "internal/mnist", "internal/run", "internal/settings", "internal/train", "internal/ui"},
	"cpu":                          {"cpu", "internal/backend", "internal/fault", "internal/machine"},
	"gpu":                          {"gpu", "internal/backend", "internal/fault", "kernels"},
	"internal/backend":             {"internal/fault"},
	"internal/backend/backendtest": {"internal/backend"},
	"internal/backend/verify":      {"internal/backend", "internal/fault"},
	"internal/durable/durabletest": {"internal/durable"},
	"internal/floats":              {},
	"internal/infer":               {"internal/backend", "internal/model", "internal/nn"},
	"internal/machine":             {},
	"internal/mnist":               {"internal/fault", "internal/machine", "internal/mnist/form", "internal/mnist/gunzip"},
	"internal/mnist/gunzip":        {},
	"internal/mnist/convert": {
		"internal/fault",
		"internal/mnist",
		"internal/mnist/convert/arff",
		"internal/mnist/convert/array",
		"internal/mnist/convert/csv",
		"internal/mnist/convert/input",
		"internal/mnist/convert/parquet",
		"internal/mnist/convert/picture",
		"internal/mnist/convert/sample",
		"internal/mnist/convert/svmlight",
		"internal/mnist/photo",
	},
	"internal/mnist/convert/arff":     {"internal/fault", "internal/mnist/convert/csv", "internal/mnist/convert/input", "internal/mnist/convert/sample"},
	"internal/mnist/convert/array":    {"internal/fault", "internal/floats", "internal/mnist/convert/input", "internal/mnist/convert/sample", "internal/mnist/gunzip"},
	"internal/mnist/convert/csv":      {"internal/fault", "internal/mnist/convert/input", "internal/mnist/convert/sample"},
	"internal/mnist/convert/input":    {"internal/fault", "internal/mnist/gunzip"},
	"internal/mnist/convert/parquet":  {"internal/fault", "internal/floats", "internal/mnist/convert/csv", "internal/mnist/convert/input", "internal/mnist/convert/picture", "internal/mnist/convert/sample"},
	"internal/mnist/convert/picture":  {"internal/fault", "internal/mnist", "internal/mnist/convert/input", "internal/mnist/convert/sample", "internal/mnist/photo"},
	"internal/mnist/convert/sample":   {"internal/mnist"},
	"internal/mnist/convert/svmlight": {"internal/fault", "internal/mnist/convert/input", "internal/mnist/convert/sample"},
	"internal/mnist/form":             {},
	"internal/mnist/photo":            {"internal/mnist/form"},
	"internal/durable":                {"internal/fault"},
	"internal/model":                  {"internal/fault", "internal/floats", "internal/mnist/form"},
	"internal/model/exchange":         {"internal/mnist/form", "internal/model", "internal/model/fold", "internal/model/npz", "internal/model/onnx"},
	"internal/model/fold":             {"internal/model"},
	"internal/model/npz":              {},
	"internal/model/onnx":             {"internal/floats", "internal/mnist/form", "internal/model", "internal/model/fold"},
	"internal/nn":                     {"internal/backend", "internal/model"},
	"internal/report":                 {"internal/draw", "internal/infer", "internal/mnist", "internal/model", "internal/run", "internal/train"},
	"internal/run":                    {"internal/durable", "internal/fault", "internal/model", "internal/run/checkpoint", "internal/train"},
	"internal/run/checkpoint":         {"internal/durable", "internal/fault", "internal/model"},
	"internal/serve":                  {"internal/backend", "internal/fault", "internal/infer", "internal/mnist/form", "internal/mnist/photo", "internal/model", "internal/run"},
	"internal/sweep":                  {"internal/fault", "internal/run"},
	"internal/train":                  {"internal/backend", "internal/fault", "internal/mnist", "internal/model", "internal/nn"},
	"internal/train/traintest":        {"internal/backend", "internal/mnist", "internal/nn", "internal/run", "internal/run/checkpoint", "internal/train"},
}

// owners lists the only folders that may import a module, so that only one place has to
// change to replace it.
var owners = map[string][]string{
	"gorgonia.org/cu":                   {"gpu/driver"},
	"gonum.org/v1/gonum":                {"bench/openblas", "cpu", "gpu/driver", "internal/mnist/photo"}, // gorgonia's BLAS takes gonum's constants
	"github.com/spf13/cobra":            {"cmd", "internal/cli", "internal/settings"},
	"github.com/schollz/progressbar/v3": {"cmd", "internal/ui"},
	"github.com/nlpodyssey/safetensors": {"internal/model"},
	"google.golang.org/protobuf":        {"internal/model/onnx"},
	"github.com/parquet-go/parquet-go":  {"internal/mnist/convert/parquet"},
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
		{"cmd/mnistgpu", "internal/cli", true},
		{"cmd/mnistgpu", "internal/train", false},
		{"internal/cli/train", "internal/train", true},
		{"internal/cli/train", "internal/cli/sweep", false},
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
