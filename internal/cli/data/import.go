package data

import (
	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

const importHelp = `Turn a folder of PNG files or a CSV file into a data set to train on.

In a folder, each class has a folder of its own, CLASS/NAME.png. Sorted by name,
the classes get the labels from 0. To choose the classes and their order yourself,
use --classes, or a file classes.txt beside the folders with one name per line.
Colours become grey; 0 is black.

A line of a CSV file is label,p0,p1,... with labels and pixels from 0 to 255,
row by row. There may be a header. Images are square, unless --size is given.
--classes names the labels from 0.

What cannot be used is skipped and reported on stderr, with its place and the
reason. The images are shuffled, and a part of each class becomes the test set. The
new folder holds four IDX files, and the names of the classes in classes.txt.`

const importExamples = `  mnistgpu data import letters --out letters-idx
  mnistgpu data import digits.csv --out digits --test-fraction 0.2 --seed 3
  mnistgpu data import pets.csv --out pets --classes cat,dog,hamster
  mnistgpu data import banners --out banners-idx --size 16x64`

// importOptions holds the flags of data import.
type importOptions struct {
	out          string
	classes      settings.Classes
	size         settings.Size
	testFraction float64
	seed         uint64
}

// newImport returns the data import command.
func newImport(o *ui.IO) *cobra.Command {
	s := importOptions{testFraction: 0.15, seed: 1}
	cmd := &cobra.Command{
		Use:     "import DIR|FILE.csv --out DIR",
		Short:   "Turn PNG files or a CSV file into a data set",
		Long:    importHelp,
		Example: importExamples,
		Args:    shared.Arguments(1, 1, "a folder of PNG files or a CSV file"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "DIR", "new folder for the data set")
	settings.Var(f, &s.classes, "classes", "NAME,...", "names of the classes in the order of their labels, such as cat,dog,hamster")
	settings.Var(f, settings.Number(&s.testFraction), "test-fraction", "FRACTION", "part of each class that becomes the test set")
	settings.Var(f, settings.Seed(&s.seed), "seed", "N", "seed of the split and the order")
	settings.Var(f, settings.ImageSize(&s.size), "size", "HEIGHTxWIDTH", "size of the images, such as 28x28 (default that of the first)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := s.check(f.Changed("classes")); err != nil {
			return err
		}
		return s.run(o, args[0])
	}
	return cmd
}

// check validates the flags; classes tells whether --classes was given.
func (s *importOptions) check(classes bool) error {
	if s.out == "" {
		return fault.Usage("data import needs --out, a new folder for the data set")
	}
	if !(s.testFraction > 0 && s.testFraction < 1) {
		return fault.Usage("--test-fraction must be greater than 0 and less than 1 (got %v)", s.testFraction)
	}
	if !classes {
		return nil
	}
	if s.classes.Names == nil {
		return fault.Usage("--classes must be names between commas, such as cat,dog (got %v)", &s.classes)
	}
	return s.classes.Check("--classes")
}

// run imports what is at path and prints a summary.
func (s *importOptions) run(o *ui.IO, path string) error {
	if err := shared.RefuseExisting(s.out, "--out must name a folder that does not exist yet"); err != nil {
		return err
	}
	skipped := 0
	data, names, err := convert.Read(path, convert.Options{
		Names: s.classes.Names, Height: s.size.Height, Width: s.size.Width, TestFraction: s.testFraction, Seed: s.seed,
		Skip: func(what convert.Skipped) {
			skipped++
			o.Notef("skipped %v", what)
		},
	})
	if err != nil {
		return err
	}
	if err := mnist.WriteDir(s.out, data, names); err != nil {
		return err
	}
	printClasses(o, data, names)
	o.Printf("\n%s: %s; skipped %s\n", s.out, sizes(data), ui.Thousands(skipped))
	o.Printf("train on it: %s\n", trainOn(s.out, data.Train.Len()))
	return nil
}

// trainOn returns the command that trains on the folder dir, with its number of training
// images. If these are fewer than the default batch size, each step takes them all.
func trainOn(dir string, images int) string {
	command := "mnistgpu train --data " + settings.ShellWord(dir)
	if shared.TooFew(train.Preset("default"), images) {
		command += " --batch full"
	}
	return command
}
