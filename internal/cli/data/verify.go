package data

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const verifyHelp = `Check a data set, and print what it holds.

Without a folder, it checks MNIST where train would look for it: every hash must be
that of MNIST. In a folder of your own, all images must have the same size, and every
label must be that of a class. There are as many classes as names in the folder's
classes.txt, or 10 without that file; --classes overrides this. Other folders and files
are read as data import does.`

const verifyExamples = `  mnistgpu data verify
  mnistgpu data verify my-letters --classes 26
  mnistgpu data verify digits.csv`

// newVerify returns the data verify command.
func newVerify(o *ui.IO) *cobra.Command {
	var classes settings.Classes
	cmd := &cobra.Command{
		Use:     "verify [DIR|FILE]",
		Short:   "Check a data set and print what it holds",
		Long:    verifyHelp,
		Example: verifyExamples,
		Args:    shared.Arguments(0, 1, "at most a data set"),
	}
	f := cmd.Flags()
	settings.Var(f, &classes, "classes", "N|NAME,...", "number of classes or their names (default as in classes.txt, or 10)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.Changed("classes") {
			if err := classes.Check("--classes"); err != nil {
				return err
			}
			if len(args) == 0 {
				return fault.Usage("--classes needs a folder of your own data")
			}
		}
		if len(args) == 1 && shared.IsForeign(args[0]) {
			return verifyForeign(cmd.Context(), o, args[0], classes)
		}
		if len(args) == 1 {
			return verifyFolder(o, args[0], classes)
		}
		return verifyMNIST(o)
	}
	return cmd
}

// verifyMNIST checks MNIST where train would find it, but does not download it.
func verifyMNIST(o *ui.IO) error {
	source := mnist.Environment(o.Getenv)
	if source.DataDir == "" && !source.Complete() {
		return fault.New(fault.BadData, "MNIST is not in %s", source.CacheDir).WithHint("mnistgpu data get downloads it")
	}
	dir := source.Folder()
	data, files, err := mnist.Inspect(dir, 10)
	if err != nil {
		return fault.New(fault.BadData, "%w", err).WithHint("%s", source.Hint())
	}
	for _, f := range files {
		if !f.MNIST {
			return fault.Inf(dir, "%s is not the file of MNIST: its hash differs", f.Name).WithHint("%s", source.Hint())
		}
	}
	printInspection(o, dir, data, files, mnist.DefaultNames(10))
	return nil
}

// verifyFolder checks the data set in dir. If no classes are given, there are as many as
// dir has names for, or else 10.
func verifyFolder(o *ui.IO, dir string, given settings.Classes) error {
	var names []string
	if shared.IsFolder(dir) { // otherwise, Inspect returns the error
		var err error
		if names, err = mnist.ReadNames(dir); err != nil {
			return err
		}
	}
	if names == nil || given.Names != nil {
		names = given.Names
	}
	if names == nil {
		names = mnist.DefaultNames(cmp.Or(given.Count, 10))
	}
	classes := cmp.Or(given.Count, len(names))
	data, files, err := mnist.Inspect(dir, classes)
	if err != nil {
		return err
	}
	if len(names) != classes {
		return fault.Inf(dir, "must have %d names in %s (got %d)", classes, mnist.NamesFile, len(names))
	}
	printInspection(o, dir, data, files, names)
	return nil
}

// verifyForeign reads data in another form than MNIST's.
func verifyForeign(ctx context.Context, o *ui.IO, path string, given settings.Classes) error {
	data, err := shared.ReadData(ctx, o, path, given)
	if err != nil {
		return err
	}
	printClasses(o, data, data.Names)
	data.Measure()
	o.Printf("\n%v\n\n%s is good: %s\n", data.Measured, path, sizes(data))
	return nil
}

// printInspection prints the files, the classes and the verdict.
func printInspection(o *ui.IO, dir string, data *mnist.Dataset, files []mnist.FileInfo, names []string) {
	table := tabwriter.NewWriter(o, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "file\tshape\tMNIST\tSHA-256 of the content")
	for _, f := range files {
		isMNIST := "no"
		if f.MNIST {
			isMNIST = "yes"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Name, settings.Join(f.Shape, "x"), isMNIST, f.SHA256)
	}
	table.Flush()
	o.Printf("\n")
	printClasses(o, data, names)
	if data.Measure(); data.Measured.Images > 0 {
		o.Printf("\n%v\n", data.Measured)
	}
	o.Printf("\n%s is good: %s\n", dir, sizes(data))
}
