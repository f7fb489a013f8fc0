package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/mnist"
)

// newDoctor returns the doctor command.
func newDoctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine can train on, and say how to fix the rest",
		Long: `Check what this machine can train on, and say how to fix the rest.

Each line starts with "ok" or "no"; a "no" is followed by what to do. The exit code
depends only on what training on the CPU needs.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := new(output)
			err := examine(cmd.Context(), out)
			return errors.Join(err, out.err)
		},
	}
}

// finding is one line of doctor's output.
type finding struct {
	subject string
	detail  string
	err     error  // nil if all is well
	remedy  string // what to do about err, or empty
}

func (f finding) print(w io.Writer) {
	if f.err == nil {
		fmt.Fprintf(w, "ok  %-8s  %s\n", f.subject, oneLine(f.detail))
		return
	}
	fmt.Fprintf(w, "no  %-8s  %s\n", f.subject, oneLine(f.err.Error()))
	if f.remedy != "" {
		fmt.Fprintf(w, "    %-8s  hint: %s\n", "", f.remedy)
	}
}

// examine prints the findings. It returns an error only if something that training on
// the CPU needs is missing.
func examine(ctx context.Context, w io.Writer) error {
	finding{subject: "program", detail: fmt.Sprintf("%s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)}.print(w)
	processor, err := examineCPU()
	processor.print(w)
	for _, f := range examineGPU() {
		f.print(w)
	}
	examineData(ctx).print(w)
	folder := examineFolder()
	folder.print(w)
	return errors.Join(err, folder.err)
}

func examineCPU() (finding, error) {
	b, err := openCPU(cpu.Options{})
	if err != nil {
		return finding{subject: "cpu", err: err, remedy: hint(err)}, err
	}
	defer b.Close()
	return finding{subject: "cpu", detail: b.Device()}, nil
}

// examineGPU checks the build, then the libraries, then a product on each GPU, and
// stops at the first of these that is missing.
func examineGPU() []finding {
	software, err := gpu.Versions()
	if errors.Is(err, gpu.ErrNoCUDA) {
		return []finding{{subject: "gpu", err: err}}
	}
	var found []finding
	if software.LibCUDA != "" {
		found = append(found, finding{subject: "driver", detail: fmt.Sprintf("%s, for CUDA %s", software.LibCUDA, cudaVersion(software.CUDA))})
	}
	if software.LibCUBLAS != "" {
		found = append(found, finding{subject: "cublas", detail: fmt.Sprintf("%s, %s", software.LibCUBLAS, cublasVersion(software.CUBLAS))})
		found = append(found, examineEpilogues(software))
	}
	if err != nil {
		return append(found, finding{subject: "gpu", err: err, remedy: "MNISTGPU_LIBCUDA and MNISTGPU_LIBCUBLAS name libraries in unusual places"})
	}
	devices, err := gpu.Devices()
	if err != nil {
		return append(found, finding{subject: "gpu", err: err})
	}
	for _, d := range devices {
		found = append(found, examineDevice(d))
	}
	return found
}

// examineEpilogues looks for cuBLASLt, which adds biases as it multiplies.
func examineEpilogues(software gpu.Software) finding {
	const subject = "cublaslt"
	if software.LibCUBLASLt == "" {
		return finding{subject: subject, err: errors.New("this cuBLAS comes without cuBLASLt"),
			remedy: "a step takes one more launch; install all of cuBLAS"}
	}
	return finding{subject: subject, detail: fmt.Sprintf("%s, %s", software.LibCUBLASLt, cublasVersion(software.CUBLASLt))}
}

// examineDevice opens a GPU, which loads every kernel, and checks a product.
func examineDevice(d gpu.DeviceInfo) finding {
	subject := fmt.Sprintf("gpu %d", d.Ordinal)
	if d.Err != nil {
		return finding{subject: subject, err: d.Err}
	}
	b, err := gpu.Open(gpu.Options{Device: d.Ordinal, StepTimeout: stepTimeout})
	if err != nil {
		return finding{subject: subject, err: err}
	}
	defer b.Close()
	if err := sameProduct(b); err != nil {
		return finding{subject: subject, err: err}
	}
	return finding{subject: subject, detail: fmt.Sprintf("%s, %s free; kernels load, products are right", b.Device(), gibibytes(d.FreeBytes))}
}

// examineData looks for MNIST where train would, but does not download it.
func examineData(ctx context.Context) finding {
	source := mnist.Environment(os.Getenv)
	source.Mirrors = nil
	data, err := mnist.Open(ctx, "mnist", 10, source)
	if errors.Is(err, mnist.ErrNotHad) {
		err = fmt.Errorf("MNIST is not in %s", source.CacheDir)
		return finding{subject: "data", err: err, remedy: "train downloads MNIST if it can, and draws digits if it cannot"}
	}
	if err != nil {
		return finding{subject: "data", err: err, remedy: hint(err)}
	}
	return finding{subject: "data", detail: fmt.Sprintf("MNIST, %s and %s images", thousands(data.Train.Len()), thousands(data.Test.Len()))}
}

// examineFolder tries to write where runs are written.
func examineFolder() finding {
	f, err := os.CreateTemp(".", ".mnistgpu-*")
	if err != nil {
		return finding{subject: "folder", err: &failure{code: exitCannotWrite, err: err}, remedy: "train in a folder that you may write to, or use --run-dir"}
	}
	f.Close()
	os.Remove(f.Name())
	free, err := freeBytes(".")
	if err != nil {
		return finding{subject: "folder", err: err}
	}
	return finding{subject: "folder", detail: gibibytes(free) + " of disk space"}
}
