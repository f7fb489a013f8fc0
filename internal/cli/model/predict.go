package model

import (
	"errors"
	"math"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/mnist/photo"
	"mnistgpu/internal/model"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const predictHelp = `Classify pictures, such as of digits.

The model is a run folder that train left, or a model.safetensors. A picture is
PNG, JPEG, GIF, BMP or WebP, of up to 4096x4096 pixels: a photo or a drawing,
dark on light or light on dark, in colour or on transparency. In a folder, all
pictures are taken, including those in the folders below, sorted by name. The
name - is stdin.

A picture is prepared to look like the images that the model was trained on, which
it remembers. --prepare says how:

  auto   as the training images: as below if they are centred as MNIST's; else a
         picture of the model's size keeps its pixels, and others are cropped to
         their ink if the images are, or scaled to the size with their aspect kept;
         it is inverted if its background is not that of the images
  mnist  as MNIST's authors did it: the ink is cropped, fitted into a box of 20x20
         and centred by its mass in 28x28, or in the size that the model takes
  as-is  not at all: it looks like the training images, and has their size

--show prints the result, which is light on black unless the images are photos.

A picture that cannot be read is reported on stderr; the others are still classified.`

const predictExamples = `  mnistgpu predict runs/mnist-001 seven.png photos/
  mnistgpu predict model.safetensors digit.jpg --top 10 --show
  curl -s https://example.org/3.png | mnistgpu predict runs/mnist-001 - --json`

// predictOptions holds the arguments and the flags of predict.
type predictOptions struct {
	model    string // a run folder or a file
	pictures []string
	top      int
	show     bool
	prepare  string // a photo.Preparation
	json     bool
}

// NewPredict returns the predict command.
func NewPredict(o *ui.IO) *cobra.Command {
	s := predictOptions{top: 3, prepare: string(photo.Auto)}
	cmd := &cobra.Command{
		Use:     "predict RUN|model.safetensors IMAGE...",
		Short:   "Classify pictures",
		Long:    predictHelp,
		Example: predictExamples,
		Args:    shared.Arguments(2, -1, shared.ModelArgument+", and then pictures"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Count(&s.top), "top", "N", "number of classes to print, the most probable first")
	settings.Var(f, settings.Switch(&s.show), "show", "bool", "print the image that the network sees")
	settings.Var(f, settings.Word(&s.prepare, photo.Preparations()...), "prepare", "auto|mnist|as-is", "make the pictures look like the training images, or like MNIST's, or leave them")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print one JSON object")
	settings.Register(f, settings.Model)
	settings.SetDefault(f, "backend", "cpu") // a GPU takes longer to open than a CPU to answer
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s.model, s.pictures = args[0], args[1:]
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		return s.run(o, v)
	}
	return cmd
}

func (s *predictOptions) check() error {
	if s.top < 1 {
		return fault.Usage("--top must be at least 1 (got %d)", s.top)
	}
	if s.show && s.json {
		return fault.Usage("--show and --json exclude each other")
	}
	return nil
}

// run classifies one picture after another.
func (s *predictOptions) run(o *ui.IO, v *settings.Values) (err error) {
	m, err := shared.OpenModel(o, s.model)
	if err != nil && beginsAsPicture(s.model) {
		return fault.New(fault.BadData, "%w", err).WithHint("the model comes first, then the pictures: mnistgpu predict RUN IMAGE...")
	}
	if err != nil {
		return err
	}
	names, err := shared.ModelClasses(s.model, m)
	if err != nil {
		return err
	}
	b, err := shared.OpenBackend(o, v)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	net, err := infer.Open(b, m, 1)
	if err != nil {
		return err
	}
	pictures := findPictures(s.pictures)
	bar := s.newBar(o, len(pictures))
	a := &answers{Status: "done", Backend: b.Name(), Device: b.Device(), io: o, bar: bar, alone: len(pictures) == 1}
	for i, p := range pictures {
		if err := s.answer(a, p, m, net, names); err != nil {
			return err
		}
		bar.Set(int64(i+1), "pictures")
	}
	bar.Clear()
	if s.json {
		o.JSON(a)
	}
	return a.err()
}

// newBar returns a bar for n pictures. It is hidden for a single one, and if the answers
// are printed on a terminal, where they show the progress themselves.
func (s *predictOptions) newBar(o *ui.IO, n int) *ui.Bar {
	if n == 1 || !s.json && o.StdoutIsTerminal() {
		return new(ui.Bar)
	}
	return o.NewBar(int64(n))
}

// answer adds the network's answer for a picture to a, and prints it unless --json is
// given. A problem with the picture is recorded in a; an error is any other problem.
func (s *predictOptions) answer(a *answers, p picture, m *model.Model, net *infer.Network, names []string) error {
	pixels, err := p.read(a.io.Stdin, m, photo.Preparation(s.prepare))
	if err != nil {
		a.fail(p.path, err)
		return nil
	}
	probabilities, err := net.Probabilities(pixels)
	if err != nil {
		return err
	}
	if math.IsNaN(probabilities[0]) {
		a.fail(p.path, errors.New("the model's answer is not finite"))
		return nil
	}
	got := newAnswer(p.path, probabilities, names, s.top)
	a.Images = append(a.Images, got)
	if s.json {
		return nil
	}
	if s.show {
		a.io.Printf("%s", asText(pixels, m.Width))
	}
	a.io.Printf("%s\n", got)
	return nil
}
