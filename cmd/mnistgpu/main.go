// Command mnistgpu trains multilayer perceptrons on MNIST-like data.
package main

import (
	"os"

	"mnistgpu/internal/cli"
	"mnistgpu/internal/ui"
)

func main() { os.Exit(cli.Run(os.Args[1:], ui.Standard())) }
