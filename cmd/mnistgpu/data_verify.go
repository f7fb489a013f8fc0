package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/internal/mnist"
)

const dataVerifyHelp = `Check the four IDX files of a data set, and print what they hold.

Without a folder, it checks MNIST where train would look for it: every hash must
be MNIST's. In a folder of your own, all images must have the same size, and every
label must be that of a class. There are as many classes as names in the folder's
classes.txt, or 10 without that file; --classes overrides this. Exit code 3 says
that the data are bad.`

const dataVerifyExamples = `  mnistgpu data verify
  mnistgpu data verify my-letters --classes 26`

// newDataVerify returns the data verify command.
func newDataVerify() *cobra.Command {
	var classes classList
	cmd := &cobra.Command{
		Use:     "verify [DIR]",
		Short:   "Check a data set and print what it holds",
		Long:    dataVerifyHelp,
		Example: dataVerifyExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			return noArguments(cmd, args[min(1, len(args)):])
		},
	}
	cmd.Flags().Var(&classes, "classes", "number of classes or their names (default as in classes.txt, or 10)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		given := cmd.Flags().Changed("classes")
		if given {
			if err := classes.check(); err != nil {
				return usageError(cmd, err)
			}
		}
		if len(args) == 1 {
			return verifyFolder(args[0], classes)
		}
		if given {
			return usageError(cmd, errors.New("--classes is for a folder of your own data"))
		}
		return verifyMNIST()
	}
	return cmd
}

// verifyMNIST checks MNIST where train would find it, but does not download it.
func verifyMNIST() error {
	source := mnist.Environment(os.Getenv)
	if source.DataDir == "" && !source.Complete() {
		err := fmt.Errorf("MNIST is not in %s", source.CacheDir)
		return &failure{code: exitData, err: err, hint: "mnistgpu data get downloads it"}
	}
	dir := source.Folder()
	data, files, err := mnist.Inspect(dir, 10)
	if err != nil {
		return &failure{code: exitData, err: err, hint: source.Hint()}
	}
	for _, f := range files {
		if !f.MNIST {
			return &failure{code: exitData, err: fmt.Errorf("%s: %s is not MNIST's: its hash differs", dir, f.Name), hint: source.Hint()}
		}
	}
	return printInspection(os.Stdout, dir, data, files, mnist.DefaultNames(10))
}

// verifyFolder checks the data set in dir. If no classes are given, there are as many
// as dir has names for, or else 10.
func verifyFolder(dir string, given classList) error {
	var names []string
	if isFolder(dir) { // if it is not, Inspect says so
		var err error
		if names, err = mnist.ReadNames(dir); err != nil {
			return err
		}
	}
	if names == nil || given.names != nil {
		names = given.names
	}
	if names == nil {
		names = mnist.DefaultNames(cmp.Or(given.count, 10))
	}
	classes := cmp.Or(given.count, len(names))
	data, files, err := mnist.Inspect(dir, classes)
	if err != nil {
		return err
	}
	if len(names) != classes {
		return &failure{code: exitData, err: fmt.Errorf("%s has %d names in %s: want %d", dir, len(names), mnist.NamesFile, classes)}
	}
	return printInspection(os.Stdout, dir, data, files, names)
}

// printInspection prints the files, the classes and the verdict.
func printInspection(w io.Writer, dir string, data *mnist.Dataset, files []mnist.FileInfo, names []string) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "file\tshape\tMNIST\tSHA-256 of the content")
	for _, f := range files {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Name, join(f.Shape, "x"), yesNo(f.MNIST), f.SHA256)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := printClasses(w, data, names); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s is good: %s\n", dir, sizes(data))
	return err
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
