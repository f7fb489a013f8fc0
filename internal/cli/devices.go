package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/gpu"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// newDevices returns the devices command.
func newDevices(o *ui.IO) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the GPUs that train --device can name",
		Args:  shared.NoArguments,
		RunE: func(*cobra.Command, []string) error {
			devices, err := gpu.Devices()
			if err != nil {
				return err
			}
			software, err := gpu.Versions()
			if err != nil {
				return err
			}
			if asJSON {
				o.JSON(newDeviceList(devices, software))
				return nil
			}
			printDevices(o, devices, software)
			return nil
		},
	}
	settings.Var(cmd.Flags(), settings.Switch(&asJSON), "json", "bool", "print one JSON object")
	return cmd
}

// deviceList is what --json prints.
type deviceList struct {
	DriverCUDA string       `json:"driver_cuda"` // newest CUDA version that the driver supports
	CUBLAS     string       `json:"cublas"`
	Devices    []deviceItem `json:"devices"`
}

type deviceItem struct {
	Ordinal    int    `json:"ordinal"`
	Name       string `json:"name"`
	Compute    string `json:"compute_capability"`
	SMs        int    `json:"multiprocessors"`
	TotalBytes int64  `json:"total_bytes"`
	FreeBytes  int64  `json:"free_bytes"`
	Simulated  bool   `json:"simulated"`
	Error      string `json:"error,omitempty"`
}

func newDeviceList(devices []gpu.DeviceInfo, software gpu.Software) deviceList {
	list := deviceList{DriverCUDA: cudaVersion(software.CUDA), CUBLAS: cublasVersion(software.CUBLAS)}
	for _, d := range devices {
		item := deviceItem{
			Ordinal: d.Ordinal, Name: d.Name, Compute: computeCapability(d),
			SMs: d.SMs, TotalBytes: d.TotalBytes, FreeBytes: d.FreeBytes, Simulated: d.Simulated,
		}
		if d.Err != nil {
			item.Error = ui.OneLine(d.Err.Error())
		}
		list.Devices = append(list.Devices, item)
	}
	return list
}

// printDevices prints the list for people.
func printDevices(o *ui.IO, devices []gpu.DeviceInfo, software gpu.Software) {
	table := tabwriter.NewWriter(o, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "device\tname\tcompute\tmultiprocessors\tmemory\tfree")
	for _, d := range devices {
		if d.Err != nil {
			fmt.Fprintf(table, "%d\t%s\tcannot be used: %s\n", d.Ordinal, d.Name, ui.OneLine(d.Err.Error()))
			continue
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%s\t%s\n", d.Ordinal, d.Name, computeCapability(d),
			d.SMs, ui.Gibibytes(d.TotalBytes), ui.Gibibytes(d.FreeBytes))
	}
	table.Flush()
	o.Printf("\ndriver for CUDA %s, cuBLAS %s\n", cudaVersion(software.CUDA), cublasVersion(software.CUBLAS))
}

func computeCapability(d gpu.DeviceInfo) string {
	return fmt.Sprintf("%d.%d", d.ComputeMajor, d.ComputeMinor)
}

// cudaVersion formats a version in CUDA's numbering: 12040 is "12.4".
func cudaVersion(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

func cublasVersion(v [3]int) string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }
