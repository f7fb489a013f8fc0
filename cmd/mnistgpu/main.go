// Command mnistgpu trains multilayer perceptrons on MNIST-like data.
package main

import "os"

func main() { os.Exit(run(os.Args[1:])) }

// run executes the command line and returns the exit code.
func run(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.Execute()
	if err != nil {
		printError(os.Stderr, err)
	}
	return exitCode(err)
}
