package data

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

const importHelp = `Turn the data files that you have into a data set to train on.

It takes, by their content:

  folders of pictures   CLASS/NAME or train/CLASS/NAME and test/CLASS/NAME, as PNG,
                        JPEG, GIF, BMP, WebP or TIFF; colours become grey
  tables                CSV and other text, Parquet, ARFF, svmlight: a line for each
                        image; the column of labels is found by its name
  NumPy                 npz and npy, such as x_train, y_train, x_test and y_test
  IDX                   the four files of MNIST and its relatives, with numbers of
                        any type; EMNIST's images are turned

Sorted by name, classes get the labels from 0. To choose their order yourself, use
--classes, or a file classes.txt beside the data with one name per line. What was
assumed about the numbers is reported on stderr, and so is what cannot be used, with
its place and the reason: each cause three times, and then how often. It is skipped.

A test set of its own is kept. Otherwise a part of each class becomes the test set,
and the images are shuffled. The new folder holds four IDX files, and the names of
the classes in classes.txt.`

const importExamples = `  mnistgpu data import letters --out letters-idx
  mnistgpu data import digits.csv --out digits --test-fraction 0.2 --seed 3
  mnistgpu data import mnist.npz --out mnist-npz
  mnistgpu data import pets.csv --out pets --classes cat,dog,hamster
  mnistgpu data import banners --out banners-idx --size 16x64`

// importOptions holds the flags of data import.
type importOptions struct {
	out          string
	classes      settings.Classes
	size         settings.Size
	label        string
	test         string
	transpose    bool
	testFraction float64
	seed         uint64
	allowSkipped bool
	skipped      string // a file for the list of what was skipped, or ""
}

// newImport returns the data import command.
func newImport(o *ui.IO) *cobra.Command {
	s := importOptions{testFraction: shared.TestFraction, seed: shared.SplitSeed}
	cmd := &cobra.Command{
		Use:     "import DIR|FILE --out DIR",
		Short:   "Turn pictures, tables or arrays into a data set",
		Long:    importHelp,
		Example: importExamples,
		Args:    shared.Arguments(1, 1, "a folder or a file of data"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "DIR", "new folder for the data set")
	settings.Var(f, &s.classes, "classes", "NAME,...", "names of the classes in the order of their labels, such as cat,dog,hamster")
	settings.Var(f, settings.Number(&s.testFraction), "test-fraction", "FRACTION", "part of each class that becomes the test set")
	settings.Var(f, settings.Seed(&s.seed), "seed", "N", "seed of the split and the order")
	settings.Var(f, settings.ImageSize(&s.size), "size", "HEIGHTxWIDTH", "size of the images, such as 28x28 (default that of all images, or 28x28)")
	settings.Var(f, settings.Text(&s.label), "label", "COLUMN", "name of the column of labels in a table, if it is not label, class, target or y")
	settings.Var(f, settings.Text(&s.test), "test", "DIR|FILE", "test images, if they are not found beside the others")
	settings.Var(f, settings.Switch(&s.transpose), "transpose", "bool", "exchange rows and columns of the images (EMNIST's are always turned)")
	settings.Var(f, settings.Switch(&s.allowSkipped), "allow-skipped", "bool", "go on if more than a tenth of the images has to be skipped")
	settings.Var(f, settings.Text(&s.skipped), "skipped", "FILE", "new file for the list of everything that was skipped")
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
	set, err := s.load(o, path)
	if errors.Is(err, convert.ErrSkipped) {
		return fault.Of(err).WithHint("--allow-skipped goes on with the rest; --skipped FILE lists what was skipped")
	}
	if err != nil {
		return err
	}
	data, err := set.Dataset(s.testFraction, s.seed)
	if err != nil {
		return fault.In(path, err)
	}
	data.Measure()
	o.Notef("%v", data.Measured)
	if err := mnist.WriteDir(s.out, data, set.Names); err != nil {
		return err
	}
	printClasses(o, data, set.Names)
	o.Printf("\n%s: %s; skipped %s\n", s.out, sizes(data), ui.Thousands(set.Skipped))
	o.Printf("train on it: %s\n", trainOn(s.out, data.Train.Len()))
	return nil
}

// load reads what is at path, and reports what is skipped.
func (s *importOptions) load(o *ui.IO, path string) (*convert.Set, error) {
	var list bytes.Buffer
	set, err := shared.Load(o, path, convert.Options{
		Names: s.classes.Names, Height: s.size.Height, Width: s.size.Width,
		Label: s.label, Test: s.test, Transpose: s.turned(), AllowSkipped: s.allowSkipped,
	}, &list)
	if s.skipped != "" {
		if failed := shared.WriteNew(s.skipped, list.Bytes()); failed != nil {
			return nil, failed
		}
	}
	return set, err
}

// turned says whether rows and columns are exchanged.
func (s *importOptions) turned() convert.Transpose {
	if s.transpose {
		return convert.TransposeAlways
	}
	return convert.TransposeEMNIST
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
