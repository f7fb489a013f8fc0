package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/gpu"
)

// newDevices returns the devices command.
func newDevices() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the GPUs that train --device can name",
		Long:  "List the GPUs that train --device can name. Exit code 4 says that there is none.",
		Args:  noArguments,
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
				return json.NewEncoder(os.Stdout).Encode(newDeviceList(devices, software))
			}
			return printDevices(os.Stdout, devices, software)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
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
			Ordinal: d.Ordinal, Name: d.Name, Compute: fmt.Sprintf("%d.%d", d.ComputeMajor, d.ComputeMinor),
			SMs: d.SMs, TotalBytes: d.TotalBytes, FreeBytes: d.FreeBytes, Simulated: d.Simulated,
		}
		if d.Err != nil {
			item.Error = oneLine(d.Err.Error())
		}
		list.Devices = append(list.Devices, item)
	}
	return list
}

func printDevices(w io.Writer, devices []gpu.DeviceInfo, software gpu.Software) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "device\tname\tcompute\tmultiprocessors\tmemory\tfree")
	for _, d := range devices {
		if d.Err != nil {
			fmt.Fprintf(table, "%d\t%s\tcannot be used: %s\n", d.Ordinal, d.Name, oneLine(d.Err.Error()))
			continue
		}
		fmt.Fprintf(table, "%d\t%s\t%d.%d\t%d\t%s\t%s\n", d.Ordinal, d.Name, d.ComputeMajor, d.ComputeMinor,
			d.SMs, gibibytes(d.TotalBytes), gibibytes(d.FreeBytes))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\ndriver for CUDA %s, cuBLAS %s\n", cudaVersion(software.CUDA), cublasVersion(software.CUBLAS))
	return err
}

// cudaVersion formats a version in CUDA's numbering: 12040 is "12.4".
func cudaVersion(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

func cublasVersion(v [3]int) string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

func gibibytes(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }
