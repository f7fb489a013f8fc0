package data

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/draw"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const showHelp = `Draw images of a data set, picked at random, with the names of their classes.

The names come from --classes or, without it, from the file classes.txt in the
folder of the data, one name per line. Otherwise they are digits or numbers.`

const showExamples = `  mnistgpu data show
  mnistgpu data show --data my-letters --count 25 --seed 3 --out letters.png
  mnistgpu data show --data my-pets --classes cat,dog,hamster`

// maxShown is the largest number of images in a picture.
const maxShown = 1024

// showOptions holds the flags of data show.
type showOptions struct {
	data    string
	classes settings.Classes
	count   int
	seed    uint64
	split   string
	out     string
	force   bool
}

// newShow returns the data show command.
func newShow(o *ui.IO) *cobra.Command {
	s := showOptions{data: "auto", count: 16, seed: 1, split: "train", out: "samples.png"}
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Draw images of a data set with the names of their classes",
		Long:    showHelp,
		Example: showExamples,
		Args:    shared.NoArguments,
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.data), "data", "auto|mnist|synthetic|DIR|FILE", "MNIST, drawn digits, or data of your own")
	settings.Var(f, &s.classes, "classes", "NAME,...", "names of the classes, such as zero,one,two")
	settings.Var(f, settings.Count(&s.count), "count", "N", "number of images to draw")
	settings.Var(f, settings.Seed(&s.seed), "seed", "N", "seed of the choice")
	settings.Var(f, settings.Word(&s.split, "train", "test"), "split", "train|test", "which images to draw from")
	settings.Var(f, settings.Text(&s.out), "out", "FILE", "PNG file to write")
	settings.Var(f, settings.Switch(&s.force), "force", "bool", "overwrite the file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.check(f.Changed("classes")); err != nil {
			return err
		}
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return s.run(ctx, o)
	}
	return cmd
}

// check validates the flags; classes tells whether --classes was given.
func (s *showOptions) check(classes bool) error {
	if s.count < 1 || s.count > maxShown {
		return fault.Usage("--count must be from 1 to %d (got %d)", maxShown, s.count)
	}
	if !shared.IsFolder(s.out) && strings.ToLower(filepath.Ext(s.out)) != ".png" {
		return fault.Usage("--out must be a name that ends in .png (got %q)", s.out)
	}
	if classes {
		return s.classes.Check("--classes")
	}
	return nil
}

// run draws the picture and prints what it shows.
func (s *showOptions) run(ctx context.Context, o *ui.IO) error {
	if err := s.checkOut(); err != nil {
		return err
	}
	data, err := s.open(ctx, o)
	if err != nil {
		return err
	}
	names, err := s.classNames(data)
	if err != nil {
		return err
	}
	split, half := data.Train, "training"
	if s.split == "test" {
		split, half = data.Test, "test"
	}
	samples := s.pick(split, data.Height*data.Width, names)
	grid, err := draw.Grid(data.Height, data.Width, samples)
	if err != nil {
		return fault.Usage("--count %d: %w", s.count, err)
	}
	var content bytes.Buffer
	if err := png.Encode(&content, grid); err != nil {
		return err
	}
	folder := run.Dir{Path: filepath.Dir(s.out)}
	if err := folder.Write(filepath.Base(s.out), content.Bytes()); err != nil {
		return err
	}
	o.Printf("%s: %d of the %s %s images of %s, %d pixels wide and %d high\n", s.out,
		len(samples), ui.Thousands(split.Len()), half, data.Name, grid.Bounds().Dx(), grid.Bounds().Dy())
	return nil
}

// checkOut returns an error if the picture must not be written.
func (s *showOptions) checkOut() error {
	switch {
	case shared.IsFolder(s.out):
		return fault.Writing(s.out, errors.New("is a folder")).WithHint("--out must name a PNG file")
	case s.force:
		return nil
	}
	return shared.RefuseExisting(s.out, "--force overwrites it")
}

// open loads the data. A folder may have up to [mnist.MaxClasses] classes.
func (s *showOptions) open(ctx context.Context, o *ui.IO) (*mnist.Dataset, error) {
	if settings.BuiltIn(s.data) {
		return shared.ReadData(ctx, o, s.data, settings.Classes{})
	}
	if shared.IsForeign(s.data) {
		return shared.ReadData(ctx, o, s.data, s.classes)
	}
	data, err := shared.ReadData(ctx, o, s.data, settings.Classes{Count: mnist.MaxClasses})
	if err != nil {
		return nil, err
	}
	data.Classes = int(max(slices.Max(data.Train.Labels), slices.Max(data.Test.Labels))) + 1
	return data, nil
}

// classNames returns a name for each class of data.
func (s *showOptions) classNames(data *mnist.Dataset) ([]string, error) {
	if n := s.classes.Count; n > 0 && n < data.Classes {
		return nil, fault.Usage("--classes must have %d classes, for labels 0 to %d (got %d)", data.Classes, data.Classes-1, n)
	}
	if s.classes.Names != nil {
		return s.classes.Names, nil
	}
	if data.Names != nil {
		return data.Names, nil
	}
	if settings.BuiltIn(s.data) {
		return mnist.DefaultNames(data.Classes), nil
	}
	names, err := mnist.ReadNames(s.data)
	if err != nil {
		return nil, err
	}
	if names == nil {
		return mnist.DefaultNames(data.Classes), nil
	}
	if len(names) < data.Classes {
		return nil, fault.Inf(filepath.Join(s.data, mnist.NamesFile), "must have %d names, for labels 0 to %d (got %d)",
			data.Classes, data.Classes-1, len(names))
	}
	return names, nil
}

// pick returns images of the split, each once, in a random order.
func (s *showOptions) pick(split mnist.Split, pixels int, names []string) []draw.Sample {
	order := rand.New(rand.NewPCG(s.seed, 0)).Perm(split.Len())
	samples := make([]draw.Sample, min(s.count, split.Len()))
	for i := range samples {
		at := order[i]
		samples[i] = draw.Sample{Pixels: split.Images[at*pixels:][:pixels], Label: names[split.Labels[at]]}
	}
	return samples
}
