// Command mnistgpu trains multilayer perceptrons on MNIST-like data.
package main

import (
	"cmp"
	"os"
)

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs the command line and returns the exit code.
func execute(args []string) int {
	out := new(output)
	root := newRoot(out)
	root.SetArgs(args)
	err := cmp.Or(root.Execute(), out.err)
	if err != nil {
		printError(os.Stderr, err)
	}
	return exitCode(err)
}

// output is stdout for printers that ignore errors. It keeps the first one.
type output struct{ err error }

func (o *output) Write(p []byte) (int, error) {
	if o.err == nil {
		_, o.err = os.Stdout.Write(p)
	}
	return len(p), nil
}
