package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mnistgpu/internal/infer"
	"mnistgpu/internal/model"
)

const predictHelp = `Say what pictures of digits show.

The model is a run folder that train left, or a model.safetensors. A picture is
PNG, JPEG, GIF, BMP or WebP, of up to 4096x4096 pixels: a photo or a drawing,
dark on light or light on dark, in colour or on transparency. A folder stands
for the pictures in it and in the folders below, sorted by name; - is stdin.

A picture is brought into the form of MNIST's images, as their authors did it: the
ink is cropped, fitted into a box of 20x20 and centred by its mass in 28x28, or in
the size that the model takes. --show prints the result. --as-is takes pictures
that have that form already: of the model's size, light on black.

A picture that cannot be read is reported on stderr; the others are still answered.

Exit codes:
` + exitCodes

const predictExamples = `  mnistgpu predict runs/mnist-001 seven.png photos/
  mnistgpu predict model.safetensors digit.jpg --top 10 --show
  curl -s https://example.org/3.png | mnistgpu predict runs/mnist-001 - --json`

// predictSettings holds the arguments and the flags of predict.
type predictSettings struct {
	model    string // a run folder or a file
	pictures []string
	top      int
	show     bool
	asIs     bool
	json     bool
	where    settings // only its backend
}

// newPredict returns the predict command.
func newPredict() *cobra.Command {
	s := &predictSettings{where: modelSettings()}
	cmd := &cobra.Command{
		Use:     "predict RUN|model.safetensors IMAGE...",
		Short:   "Say what pictures of digits show",
		Long:    predictHelp,
		Example: predictExamples,
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) < 2 {
			return usageError(cmd, errors.New("want a run folder or a model.safetensors, and then pictures"))
		}
		return nil
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.IntVar(&s.top, "top", 3, "number of classes to name, the most probable first")
	f.BoolVar(&s.show, "show", false, "print what the network sees")
	f.BoolVar(&s.asIs, "as-is", false, "take pictures of the model's size, light on black, as they are")
	f.BoolVar(&s.json, "json", false, "print one JSON object")
	s.where.registerBackend(f, "cpu")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model, s.pictures = args[0], args[1:]
		if err := cmp.Or(s.where.check(f), s.check()); err != nil {
			return usageError(cmd, err)
		}
		return s.run()
	}
	return cmd
}

func (s *predictSettings) check() error {
	if s.top < 1 {
		return fmt.Errorf("--top %d: want 1 or more", s.top)
	}
	if s.show && s.json {
		return errors.New("--show and --json exclude each other")
	}
	return nil
}

// run answers for one picture after another.
func (s *predictSettings) run() (err error) {
	m, err := openModel(s.model)
	if err != nil && beginsAsPicture(s.model) {
		return &failure{code: exitData, err: err, hint: "the model comes first, then the pictures: mnistgpu predict RUN IMAGE..."}
	}
	if err != nil {
		return err
	}
	names, err := modelClasses(s.model, m)
	if err != nil {
		return err
	}
	b, err := openBackend(&s.where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	net, err := infer.Open(b, m, 1)
	if err != nil {
		return err
	}
	files := expand(s.pictures)
	a := &answers{
		Status: "done", Backend: b.Name(), Device: b.Device(),
		alone: len(files) == 1, bar: s.bar(len(files)),
	}
	for _, file := range files {
		if err := s.answer(a, file, m, net, names); err != nil {
			return err
		}
		a.bar.Add(1)
	}
	a.bar.Clear()
	return a.finish(os.Stdout, s.json)
}

// bar returns a bar for n pictures. It is visible for several pictures on a terminal,
// unless their answers are printed on a terminal too.
func (s *predictSettings) bar(n int) *progressbar.ProgressBar {
	told := !s.json && term.IsTerminal(int(os.Stdout.Fd()))
	shown := n > 1 && !told && term.IsTerminal(int(os.Stderr.Fd()))
	return newBar(int64(n), progressbar.OptionSetVisibility(shown), progressbar.OptionSetDescription("pictures"))
}

// answer adds the network's answer for a picture to a, and prints it unless --json is
// given. A problem with the picture is recorded in a; an error is any other problem.
func (s *predictSettings) answer(a *answers, p imageFile, m *model.Model, net *infer.Network, names []string) error {
	pixels, err := p.read(m.Height, m.Width, s.asIs)
	if err != nil {
		a.fail(p.name, err)
		return nil
	}
	probabilities, err := net.Probabilities(pixels)
	if err != nil {
		return err
	}
	if math.IsNaN(probabilities[0]) {
		a.fail(p.name, errors.New("the model's answer is not finite"))
		return nil
	}
	got := newAnswer(p.name, probabilities, names, s.top)
	a.Images = append(a.Images, got)
	if s.json {
		return nil
	}
	if s.show {
		fmt.Print(asText(pixels, m.Width))
	}
	_, err = fmt.Println(got)
	return err
}
