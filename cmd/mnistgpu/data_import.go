package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/train"
)

const dataImportHelp = `Turn a folder of PNG files or a CSV file into a data set to train on.

In a folder, each class has a folder of its own, CLASS/NAME.png. Sorted by name,
the classes get the labels from 0. To choose the classes and their order yourself,
use --classes, or a file classes.txt beside the folders with one name per line.
Colours become grey; 0 is black.

A line of a CSV file is label,p0,p1,... with labels and pixels from 0 to 255,
row by row. There may be a header. Images are square, unless --size says
otherwise. --classes names the labels from 0.

What cannot be used is skipped and reported on stderr, with its place and the
reason. The images are shuffled, and a part of each class becomes the test set. The
new folder holds four IDX files, and the names of the classes in classes.txt.`

const dataImportExamples = `  mnistgpu data import letters --out letters-idx
  mnistgpu data import digits.csv --out digits --test-fraction 0.2 --seed 3
  mnistgpu data import pets.csv --out pets --classes cat,dog,hamster
  mnistgpu data import banners --out banners-idx --size 16x64`

// importSettings holds the flags of data import.
type importSettings struct {
	out          string
	classes      classList
	size         imageSize
	testFraction float64
	seed         uint64
}

// newDataImport returns the data import command.
func newDataImport() *cobra.Command {
	s := new(importSettings)
	cmd := &cobra.Command{
		Use:     "import DIR|FILE.csv --out DIR",
		Short:   "Turn PNG files or a CSV file into a data set",
		Long:    dataImportHelp,
		Example: dataImportExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("want a folder of PNG files or a CSV file"))
			}
			return noArguments(cmd, args[1:])
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.out, "out", "", "new `folder` for the data set")
	f.Var(&s.classes, "classes", "names of the classes in the order of their labels, such as cat,dog,hamster")
	f.Float64Var(&s.testFraction, "test-fraction", 0.15, "part of each class that becomes the test set")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the split and the order")
	f.Var(&s.size, "size", "size of the images, such as 28x28 (default that of the first)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.check(f.Changed("classes")); err != nil {
			return usageError(cmd, err)
		}
		return s.run(args[0])
	}
	return cmd
}

// check validates the flags; classes says whether --classes was given.
func (s *importSettings) check(classes bool) error {
	if s.out == "" {
		return errors.New("--out is missing: want a new folder for the data set")
	}
	if !(s.testFraction > 0 && s.testFraction < 1) {
		return fmt.Errorf("--test-fraction %v: want more than 0 and less than 1", s.testFraction)
	}
	if !classes {
		return nil
	}
	if s.classes.names == nil {
		return fmt.Errorf("--classes %v: want names, such as cat,dog", &s.classes)
	}
	return s.classes.check()
}

// run imports what is at path and prints a summary.
func (s *importSettings) run(path string) error {
	if err := refuseExisting(s.out, "--out must name a folder that does not exist yet"); err != nil {
		return err
	}
	skipped := 0
	data, names, err := convert.Read(path, convert.Options{
		Names: s.classes.names, Height: s.size.height, Width: s.size.width, TestFraction: s.testFraction, Seed: s.seed,
		Skip: func(what convert.Skipped) {
			skipped++
			fmt.Fprintf(os.Stderr, "skipped %s\n", oneLine(what.String()))
		},
	})
	if err != nil {
		return err
	}
	if err := mnist.WriteDir(s.out, data, names); err != nil {
		return err
	}
	if err := printClasses(os.Stdout, data, names); err != nil {
		return err
	}
	_, err = fmt.Printf("\n%s: %s; skipped %s\ntrain on it: %s\n",
		s.out, sizes(data), thousands(skipped), trainOn(s.out, data.Train.Len()))
	return err
}

// trainOn returns the command that trains on the folder dir, with its number of
// training images. If these are fewer than the default batch size, each step takes them
// all.
func trainOn(dir string, images int) string {
	command := "mnistgpu train --data " + shellWord(dir)
	if tooFew(train.Preset("default"), images) {
		command += " --batch full"
	}
	return command
}

// imageSize is a flag's height and width, such as "28x28".
type imageSize struct{ height, width int }

func (s *imageSize) String() string {
	if s.height == 0 {
		return ""
	}
	return fmt.Sprintf("%dx%d", s.height, s.width)
}

func (s *imageSize) Set(text string) error {
	var size imageSize
	_, err := fmt.Sscanf(text, "%dx%d", &size.height, &size.width)
	if err != nil || size.String() != text || size.height < 1 || size.width < 1 || size.height > mnist.MaxPixels/size.width {
		return errors.New("not a size")
	}
	*s = size
	return nil
}

func (s *imageSize) Type() string { return "HEIGHTxWIDTH" }
