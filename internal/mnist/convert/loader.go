package convert

import (
	"image"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/sample"
)

// defaultSide is the height and width of pictures whose sizes differ: that of MNIST.
const defaultSide = 28

// A loader reads a data set.
type loader struct {
	path    string
	options Options
	meter   input.Meter
	request sample.Request
	labels  sample.Labels
	parts   []*part

	height, width int
	scale         sample.Scale
	classes       *sample.Classes
	facts         []string
}

// A part is a source of a data set and what is known of it.
type part struct {
	part       sample.Part
	path       string
	source     sample.Source
	known      sample.Survey
	transposed bool
}

func newLoader(path string, o Options) *loader {
	l := &loader{path: path, options: o, meter: input.Meter{Report: o.Progress}}
	l.request = sample.Request{
		Labels: &l.labels, Names: o.Names, LabelColumn: o.Label, Unlabelled: o.Unlabelled,
		Height: o.Height, Width: o.Width, Memory: o.Memory, Indices: sample.NewIndices(),
	}
	return l
}

// add adds a source that is a file.
func (l *loader) add(which sample.Part, f input.File, source sample.Source) {
	emnist := strings.HasPrefix(strings.ToLower(filepath.Base(f.Path)), "emnist")
	transposed := l.options.Transpose == TransposeAlways || l.options.Transpose == TransposeEMNIST && emnist
	if size, err := f.Size(); err == nil {
		const readings = 2
		l.meter.Expect(readings * size)
	}
	l.addPart(&part{part: which, path: f.Path, source: source, transposed: transposed})
}

func (l *loader) addPart(p *part) { l.parts = append(l.parts, p) }

// survey finds out what all sources are like, and decides what their images become.
func (l *loader) survey() error {
	for _, p := range l.parts {
		if err := p.source.Survey(&p.known); err != nil {
			return err
		}
	}
	for _, p := range l.parts {
		if p.known.Later == nil {
			continue
		}
		if err := p.known.Later(); err != nil {
			return err
		}
	}
	if err := l.checkLabelled(); err != nil {
		return err
	}
	for _, p := range l.parts {
		l.tell(p)
	}
	if err := l.decideSize(); err != nil {
		return err
	}
	if err := l.decideScale(); err != nil {
		return err
	}
	return l.decideClasses()
}

// tell collects what the user should know of a part, once.
func (l *loader) tell(p *part) {
	facts := p.known.Facts
	if p.transposed {
		facts = append(facts, "rows and columns of the images were swapped")
	}
	for _, fact := range facts {
		if !slices.Contains(l.facts, fact) {
			l.facts = append(l.facts, fact)
		}
	}
}

// checkLabelled leaves out a test part without labels, as Kaggle's test.csv is, and
// refuses other ones.
func (l *loader) checkLabelled() error {
	if l.options.Unlabelled {
		return nil
	}
	var kept []*part
	for _, p := range l.parts {
		switch {
		case p.known.Labelled:
			kept = append(kept, p)
		case p.part == sample.Test && l.options.Test == "":
			l.facts = append(l.facts, filepath.Base(p.path)+" has no labels, and is left out")
		default:
			return fault.Inf(p.path, "must have a label for each image (got images alone)")
		}
	}
	l.parts = kept
	return nil
}

// size returns the height and width of the images of a part, or zeros if they differ.
func (p *part) size(o Options) (height, width int) {
	known := &p.known
	switch {
	case known.Pictures && known.Sizes == 1:
		height, width = known.Size.Y, known.Size.X
	case known.Pictures:
	case known.Layout.Height > 0:
		height, width = known.Layout.Height, known.Layout.Width
	case o.Height > 0:
		return o.Height, o.Width
	default:
		side := int(math.Sqrt(float64(known.Layout.Numbers)))
		height, width = side, side
	}
	if p.transposed {
		height, width = width, height
	}
	return height, width
}

// decideSize decides the size of all images.
func (l *loader) decideSize() error {
	l.height, l.width = l.options.Height, l.options.Width
	if l.height > 0 {
		return l.checkRoom()
	}
	for _, p := range l.parts {
		if p.known.Count == 0 {
			continue
		}
		height, width := p.size(l.options)
		switch {
		case height == 0 || p.known.Pictures && l.height > 0 && (height != l.height || width != l.width):
			l.height, l.width = defaultSide, defaultSide
			l.facts = append(l.facts, "pictures of different sizes were scaled to 28x28")
			return l.checkRoom()
		case l.height > 0 && (height != l.height || width != l.width):
			return fault.Inf(p.path, "images must be %dx%d, as in %s (got %dx%d)",
				l.height, l.width, filepath.Base(l.parts[0].path), height, width)
		}
		l.height, l.width = height, width
	}
	return l.checkRoom()
}

// checkRoom checks that there is memory for all images.
func (l *loader) checkRoom() error {
	images := 0
	for _, p := range l.parts {
		if n := p.known.Layout.Numbers; n > 0 && p.known.Layout.Height == 0 {
			size := image.Pt(l.width, l.height)
			if n != size.X*size.Y && l.options.Height == 0 {
				return fault.Inf(p.path, "images must be squares, or their size must be given (got %d pixels an image)", n)
			}
			if n != size.X*size.Y {
				return fault.Inf(p.path, "must have %d pixels an image, %dx%d (got %d)", size.X*size.Y, size.Y, size.X, n)
			}
		}
		images += p.known.Count
	}
	if err := l.request.Room(images, l.height*l.width+1); err != nil {
		return fault.In(l.path, err)
	}
	return nil
}

// decideScale decides how numbers become pixels, those of all parts alike.
func (l *loader) decideScale() error {
	var all sample.Range
	for _, p := range l.parts {
		if !p.known.Pixels {
			all.Merge(p.known.Range)
		}
	}
	scale, fact, err := all.Scale()
	if err != nil {
		return fault.In(l.path, err)
	}
	if fact != "" {
		l.facts = append(l.facts, fact)
	}
	l.scale = scale
	return nil
}

// decideClasses decides which labels are which classes.
func (l *loader) decideClasses() error {
	images := 0
	var declared []string
	for _, p := range l.parts {
		images += p.known.Count
		if declared == nil {
			declared = p.known.Names
		}
	}
	if images == 0 || l.options.Unlabelled {
		return nil
	}
	if declared == nil && l.request.Names == nil {
		var err error
		if declared, err = mnist.ReadNames(filepath.Dir(l.parts[0].path)); err != nil {
			return err
		}
	}
	classes, err := l.labels.Classes(l.request.Names, declared)
	if err != nil {
		return fault.In(l.path, err)
	}
	if err := mnist.CheckNames(classes.Names); err != nil {
		return fault.Inf(l.path, "names of classes: %w", err)
	}
	if classes.Fact != "" {
		l.facts = append(l.facts, classes.Fact)
	}
	l.classes = classes
	return nil
}
