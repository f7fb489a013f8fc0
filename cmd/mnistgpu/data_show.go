package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/draw"
	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
)

const dataShowHelp = `Draw images of a data set, picked at random, with the names of their classes.

The names come from --classes or, without it, from the file classes.txt in the
data's folder, one name per line. Otherwise they are digits or numbers.`

const dataShowExamples = `  mnistgpu data show
  mnistgpu data show --data my-letters --count 25 --seed 3 --out letters.png
  mnistgpu data show --data my-pets --classes cat,dog,hamster`

// maxShown is the largest number of images in a picture.
const maxShown = 1024

// showSettings holds the flags of data show.
type showSettings struct {
	data    string
	classes classList
	count   int
	seed    uint64
	split   string
	out     string
	force   bool
}

// newDataShow returns the data show command.
func newDataShow() *cobra.Command {
	s := new(showSettings)
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Draw images of a data set with the names of their classes",
		Long:    dataShowHelp,
		Example: dataShowExamples,
		Args:    noArguments,
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.data, "data", "auto", "auto, mnist, synthetic or a `folder` of IDX files")
	f.Var(&s.classes, "classes", "names of the classes, such as zero,one,two")
	f.IntVar(&s.count, "count", 16, "number of images to draw")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the choice")
	f.StringVar(&s.split, "split", "train", "train or test")
	f.StringVar(&s.out, "out", "samples.png", "PNG `file` to write")
	f.BoolVar(&s.force, "force", false, "overwrite the file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.check(f.Changed("classes")); err != nil {
			return usageError(cmd, err)
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return s.run(ctx)
	}
	return cmd
}

// check validates the flags; classes says whether --classes was given.
func (s *showSettings) check(classes bool) error {
	if s.count < 1 || s.count > maxShown {
		return fmt.Errorf("--count %d: want 1 to %d", s.count, maxShown)
	}
	if s.split != "train" && s.split != "test" {
		return fmt.Errorf("--split %q: want train or test", s.split)
	}
	if !isFolder(s.out) && strings.ToLower(filepath.Ext(s.out)) != ".png" {
		return fmt.Errorf("--out %q: want a name that ends in .png", s.out)
	}
	if classes {
		return s.classes.check()
	}
	return nil
}

// run draws the picture and prints what it shows.
func (s *showSettings) run(ctx context.Context) error {
	if isFolder(s.out) {
		return &failure{code: exitCannotWrite, err: fmt.Errorf("cannot write %s: is a folder", s.out), hint: "--out must name a PNG file"}
	}
	if !s.force {
		if err := refuseExisting(s.out, "--force overwrites it"); err != nil {
			return err
		}
	}
	data, err := s.open(ctx)
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
		return &failure{code: exitUsage, err: fmt.Errorf("--count %d: %w", s.count, err)}
	}
	var content bytes.Buffer
	if err := png.Encode(&content, grid); err != nil {
		return err
	}
	folder := run.Dir{Path: filepath.Dir(s.out)}
	if err := folder.Write(filepath.Base(s.out), content.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Printf("%s: %d of the %s %s images of %s, %d pixels wide and %d high\n", s.out,
		len(samples), thousands(split.Len()), half, data.Name, grid.Bounds().Dx(), grid.Bounds().Dy())
	return err
}

// open loads the data. A folder may have up to mnist.MaxClasses classes.
func (s *showSettings) open(ctx context.Context) (*mnist.Dataset, error) {
	if builtIn(s.data) {
		return openData(ctx, &settings{data: s.data})
	}
	data, err := openData(ctx, &settings{data: s.data, classes: classList{count: mnist.MaxClasses}})
	if err != nil {
		return nil, err
	}
	data.Classes = int(max(slices.Max(data.Train.Labels), slices.Max(data.Test.Labels))) + 1
	return data, nil
}

// classNames returns a name for each class of data.
func (s *showSettings) classNames(data *mnist.Dataset) ([]string, error) {
	if n := s.classes.count; n > 0 && n < data.Classes {
		err := fmt.Errorf("--classes has %d classes: want %d, for labels 0 to %d", n, data.Classes, data.Classes-1)
		return nil, &failure{code: exitUsage, err: err}
	}
	if s.classes.names != nil {
		return s.classes.names, nil
	}
	if builtIn(s.data) {
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
		err := fmt.Errorf("%d names: want %d, for labels 0 to %d", len(names), data.Classes, data.Classes-1)
		return nil, faults.In(filepath.Join(s.data, mnist.NamesFile), err)
	}
	return names, nil
}

// pick returns images of the split, each once, in a random order.
func (s *showSettings) pick(split mnist.Split, pixels int, names []string) []draw.Sample {
	order := rand.New(rand.NewPCG(s.seed, 0)).Perm(split.Len())
	samples := make([]draw.Sample, min(s.count, split.Len()))
	for i := range samples {
		at := order[i]
		samples[i] = draw.Sample{Pixels: split.Images[at*pixels:][:pixels], Label: names[split.Labels[at]]}
	}
	return samples
}
