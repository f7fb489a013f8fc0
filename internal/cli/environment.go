package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// variables are the environment variables that do not stand for a flag.
var variables = []struct{ name, meaning string }{
	{"MNISTGPU_DATA", "folder that holds MNIST"},
	{"MNISTGPU_HOME", "folder of the cache that MNIST is downloaded to"},
	{"MNISTGPU_CPU", "CPU kernels to use, such as generic"},
	{"MNISTGPU_LIBCUDA", "path of NVIDIA's driver library, libcuda.so"},
	{"MNISTGPU_LIBCUBLAS", "path of cuBLAS, libcublas.so"},
	{"MNISTGPU_TOKEN", "token that requests to mnistgpu serve must have"},
}

// environmentHelp is the help about variables.
func environmentHelp() string {
	var b strings.Builder
	b.WriteString(`Every flag can be set by a variable: MNISTGPU_LR for --lr, MNISTGPU_RUN_DIR for
--run-dir. A flag on the command line overrides its variable. Only the variable of
--data has another name, MNISTGPU_DATASET. An empty variable counts as unset.

Other variables:
`)
	for _, v := range variables {
		fmt.Fprintf(&b, "  %-20s %s\n", v.name, v.meaning)
	}
	return strings.TrimRight(b.String(), "\n")
}

// foreign are the beginnings of variables that are not ours: Kubernetes sets the first two
// for a service with the name of this program, and its own tests set the others.
var foreign = []string{
	"MNISTGPU_SERVICE_", "MNISTGPU_PORT",
	"MNISTGPU_TEST_", "MNISTGPU_SIM", "MNISTGPU_LONG", "MNISTGPU_KILLS", "MNISTGPU_CYCLES", "MNISTGPU_SOAK", "MNISTGPU_SCREENS",
}

// warnOfUnknownVariables warns about variables that look like settings and are none.
func warnOfUnknownVariables(o *ui.IO, root *cobra.Command) {
	known := knownVariables(root)
	names := slices.Sorted(maps.Keys(known))
	for _, entry := range o.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		isForeign := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if value == "" || known[name] || !strings.HasPrefix(name, "MNISTGPU_") || slices.ContainsFunc(foreign, isForeign) {
			continue
		}
		o.Warnf("%s is not a variable of mnistgpu, and is ignored%s", name, settings.DidYouMean(name, names))
	}
}

// knownVariables returns the variables that mean something to a command or to those below
// it.
func knownVariables(cmd *cobra.Command) map[string]bool {
	known := map[string]bool{}
	for _, v := range variables {
		known[v.name] = true
	}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { known[settings.Variable(flag.Name)] = true })
	for _, sub := range cmd.Commands() {
		maps.Copy(known, knownVariables(sub))
	}
	return known
}
