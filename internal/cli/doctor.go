package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const doctorHelp = `Check what this machine can train on, and what to do about the rest.

Each line starts with "ok" or "no"; a "no" is followed by what to do. The exit code
depends only on what training on the CPU needs.`

// newDoctor returns the doctor command.
func newDoctor(o *ui.IO) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine can train on, and what to do about the rest",
		Long:  doctorHelp,
		Args:  shared.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := settings.Resolve(settings.Given{})
			if err != nil {
				return err
			}
			return examine(cmd.Context(), o, v)
		},
	}
}

// finding is a line that doctor prints.
type finding struct {
	subject string
	detail  string
	err     error  // nil if all is well
	remedy  string // what to do about err, or ""
}

func (f finding) print(o *ui.IO) {
	if f.err == nil {
		o.Printf("ok  %-8s  %s\n", f.subject, ui.OneLine(f.detail))
		return
	}
	o.Printf("no  %-8s  %s\n", f.subject, ui.OneLine(f.err.Error()))
	if f.remedy != "" {
		o.Printf("    %-8s  hint: %s\n", "", f.remedy)
	}
}

// examine prints the findings about a machine that trains with the settings v. It returns
// an error only if something that training on the CPU needs is missing.
func examine(ctx context.Context, o *ui.IO, v *settings.Values) error {
	finding{subject: "program", detail: fmt.Sprintf("%s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)}.print(o)
	processor := examineCPU(v)
	processor.print(o)
	for _, f := range examineGPUs(v) {
		f.print(o)
	}
	examineData(ctx, o).print(o)
	folder := examineFolder()
	folder.print(o)
	return errors.Join(processor.err, folder.err)
}

// examineCPU opens the CPU and checks a product.
func examineCPU(v *settings.Values) finding {
	const subject = "cpu"
	b, err := shared.OpenCPU(v)
	if err != nil {
		return finding{subject: subject, err: err, remedy: fault.Hint(err)}
	}
	defer b.Close()
	if err := backend.SelfTest(b); err != nil {
		return finding{subject: subject, err: err, remedy: fault.Hint(err)}
	}
	return finding{subject: subject, detail: b.Device()}
}

// examineGPUs checks the build, then the libraries, then a product on each GPU, and stops
// at the first of these that is missing.
func examineGPUs(v *settings.Values) []finding {
	const subject = "gpu"
	software, err := gpu.Versions()
	if errors.Is(err, gpu.ErrNoCUDA) {
		return []finding{{subject: subject, err: err}}
	}
	found := examineSoftware(software)
	if err != nil {
		return append(found, finding{subject: subject, err: err, remedy: "MNISTGPU_LIBCUDA and MNISTGPU_LIBCUBLAS name libraries in unusual places"})
	}
	for _, o := range gpu.Overrides() {
		found = append(found, examineOverride(o, v.GPU.Precision))
	}
	devices, err := gpu.Devices()
	if err != nil {
		return append(found, finding{subject: subject, err: err})
	}
	for _, d := range devices {
		found = append(found, examineDevice(d, v.GPU))
	}
	return found
}

// examineSoftware lists the libraries that were found. Without cuBLASLt, which adds biases
// as it multiplies, a step is slower.
func examineSoftware(software gpu.Software) []finding {
	var found []finding
	if software.LibCUDA != "" {
		found = append(found, finding{subject: "driver", detail: fmt.Sprintf("%s, for CUDA %s", software.LibCUDA, cudaVersion(software.CUDA))})
	}
	switch {
	case software.LibCUBLAS == "":
		return found
	case software.LibCUBLASLt == "":
		return append(found,
			finding{subject: "cublas", detail: fmt.Sprintf("%s, %s", software.LibCUBLAS, cublasVersion(software.CUBLAS))},
			finding{subject: "cublaslt", err: errors.New("this cuBLAS comes without cuBLASLt"), remedy: "a step takes one more launch; install all of cuBLAS"})
	}
	return append(found,
		finding{subject: "cublas", detail: fmt.Sprintf("%s, %s", software.LibCUBLAS, cublasVersion(software.CUBLAS))},
		finding{subject: "cublaslt", detail: fmt.Sprintf("%s, %s", software.LibCUBLASLt, cublasVersion(software.CUBLASLt))})
}

// examineOverride tells what an environment variable does to products. Only if it changes
// those in p, the precision of train, is that a fault.
func examineOverride(o gpu.Override, p gpu.Precision) finding {
	const subject = "variable"
	name, _, _ := strings.Cut(o.Variable, "=")
	text := o.Variable + " " + o.Effect
	if o.Changes(p) {
		return finding{subject: subject, err: errors.New(text), remedy: "unset " + name}
	}
	return finding{subject: subject, detail: text + fmt.Sprintf(", which does not change --precision %v", p)}
}

// examineDevice opens a GPU, which loads every kernel, and checks a product.
func examineDevice(d gpu.DeviceInfo, options gpu.Options) finding {
	subject := fmt.Sprintf("gpu %d", d.Ordinal)
	if d.Err != nil {
		return finding{subject: subject, err: d.Err}
	}
	options.Device = d.Ordinal
	b, err := gpu.Open(options)
	if err != nil {
		return finding{subject: subject, err: err}
	}
	defer b.Close()
	if err := backend.SelfTest(b); err != nil {
		return finding{subject: subject, err: err}
	}
	return finding{subject: subject, detail: fmt.Sprintf("%s, %s free; kernels load, products are right", b.Device(), ui.Gibibytes(d.FreeBytes))}
}

// examineData looks for MNIST where train would, but does not download it.
func examineData(ctx context.Context, o *ui.IO) finding {
	const subject = "data"
	source := mnist.Environment(o.Getenv)
	source.Mirrors = nil
	data, err := mnist.Open(ctx, "mnist", 10, source)
	if errors.Is(err, mnist.ErrNotHad) {
		err = fmt.Errorf("MNIST is not in %s", source.CacheDir)
		return finding{subject: subject, err: err, remedy: "train downloads MNIST if it can, and draws digits if it cannot"}
	}
	if err != nil {
		return finding{subject: subject, err: err, remedy: fault.Hint(err)}
	}
	return finding{subject: subject, detail: fmt.Sprintf("MNIST, %s and %s images", ui.Thousands(data.Train.Len()), ui.Thousands(data.Test.Len()))}
}

// examineFolder tries to write where train puts the folders of runs.
func examineFolder() finding {
	const subject = "folder"
	f, err := os.CreateTemp(".", ".mnistgpu-*")
	if err != nil {
		return finding{subject: subject, err: fault.Writing(".", err), remedy: "train in a folder that you may write to, or use --run-dir"}
	}
	f.Close()
	os.Remove(f.Name())
	free, err := freeBytes(".")
	if err != nil {
		return finding{subject: subject, err: err}
	}
	return finding{subject: subject, detail: ui.Gibibytes(free) + " of disk space"}
}
