package convert

import (
	"fmt"
	"image"
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert/sample"
	"mnistgpu/internal/mnist/photo"
)

// fill reads all images.
func (l *loader) fill() (*Set, error) {
	set := &Set{Name: nameOf(l.path), Height: l.height, Width: l.width}
	if l.classes != nil {
		set.Names = l.classes.Names
	}
	var found, blank int
	var first string
	for _, f := range l.fillers(set) {
		for _, p := range l.parts {
			if slot(p.part) != f.which {
				continue
			}
			if err := p.source.Each(func(x *sample.Sample) error { return f.add(p, x) }); err != nil {
				return nil, err
			}
		}
		f.finish()
		found, blank = found+f.found, blank+f.blank
		set.Skipped += f.skipped
		if first == "" {
			first = f.first
		}
	}
	l.meter.Finish()
	switch used := found - set.Skipped; {
	case used == 0:
		return nil, fault.Inf(l.path, "has no usable image, and %d that were skipped%s", set.Skipped, first)
	case 10*set.Skipped > found && !l.options.AllowSkipped:
		return nil, fault.Inf(l.path, "%w: %d of %d images were skipped%s", ErrSkipped, set.Skipped, found, first)
	case 10*blank > used:
		l.facts = append(l.facts, fmt.Sprintf("%d of %d images are of one grey throughout", blank, used))
	}
	if n := set.Validation.Len(); n > 0 && set.Test.Len() > 0 {
		l.facts = append(l.facts, fmt.Sprintf("the %d images for validation come after those for training", n))
	} else if n > 0 {
		l.facts = append(l.facts, fmt.Sprintf("the %d images for validation are for testing, for which there are no others", n))
	}
	set.Facts = l.facts
	return set, nil
}

// fillers returns a filler for each part of a set. The parts for training and validation
// lie in one piece of memory, so that they can be joined without a copy.
func (l *loader) fillers(set *Set) []*filler {
	count := map[sample.Part]int{}
	for _, p := range l.parts {
		count[slot(p.part)] += p.known.Count
	}
	memory := func(images int) mnist.Split {
		s := mnist.Split{Images: make([]byte, images*l.height*l.width)}
		if !l.options.Unlabelled {
			s.Labels = make([]byte, images)
		}
		return s
	}
	train := count[sample.Train]
	set.Train, set.Test = memory(train+count[sample.Validation]), memory(count[sample.Test])
	set.Validation.Images = set.Train.Images[train*l.height*l.width:]
	if set.Train.Labels != nil {
		set.Validation.Labels = set.Train.Labels[train:]
		set.Train.Labels = set.Train.Labels[:train]
	}
	set.Train.Images = set.Train.Images[:train*l.height*l.width]
	return []*filler{
		{loader: l, which: sample.Train, split: &set.Train},
		{loader: l, which: sample.Validation, split: &set.Validation},
		{loader: l, which: sample.Test, split: &set.Test},
	}
}

// slot returns where images of a part are put.
func slot(p sample.Part) sample.Part { return max(p, sample.Train) }

// A filler fills a split.
type filler struct {
	*loader
	which                 sample.Part
	split                 *mnist.Split
	images, found         int // stored, and looked at
	skipped, blank        int
	first                 string // what was skipped first
	grey, channels, other []byte // one image at several stages
}

// add stores a sample, or reports that it is skipped.
func (f *filler) add(p *part, x *sample.Sample) error {
	if !x.Stray {
		f.found++
	}
	why := x.Err
	if why == nil {
		why = f.store(p, x)
	}
	if why == nil {
		return nil
	}
	if !x.Stray {
		f.skipped++
	}
	if f.first == "" && !x.Stray {
		f.first = "; the first is " + Skipped{x.Path, x.Line, "", why.Error()}.String()
	}
	if f.options.Skip != nil {
		f.options.Skip(Skipped{x.Path, x.Line, why.Cause(), why.Error()})
	}
	return nil
}

// store stores a sample.
func (f *filler) store(p *part, x *sample.Sample) *sample.Reason {
	size := f.height * f.width
	if (f.images+1)*size > len(f.split.Images) {
		return sample.Because("was added while the file was read")
	}
	dst := f.split.Images[f.images*size:][:size]
	if why := f.pixels(dst, p, x); why != nil {
		return why
	}
	if f.classes != nil {
		class, why := f.classes.Of(x.Label)
		if why != nil {
			return why
		}
		f.split.Labels[f.images] = class
	}
	if !slices.ContainsFunc(dst, func(v byte) bool { return v != dst[0] }) {
		f.blank++
	}
	f.images++
	return nil
}

// finish gives back what was too much.
func (f *filler) finish() {
	f.split.Images = f.split.Images[:f.images*f.height*f.width]
	if f.split.Labels != nil {
		f.split.Labels = f.split.Labels[:f.images]
	}
}

// pixels writes the image of a sample to dst.
func (f *filler) pixels(dst []byte, p *part, x *sample.Sample) *sample.Reason {
	if x.Image != nil {
		photo.Fit(dst, f.height, f.width, photo.Grey(x.Image))
		return nil
	}
	height, width := p.size(f.options)
	grey := dst
	if height != f.height || width != f.width {
		grey = buffer(&f.grey, height*width)
	}
	stage := grey
	if p.transposed {
		stage = buffer(&f.other, height*width)
	}
	if why := f.greyOf(stage, p, x); why != nil {
		return why
	}
	if p.transposed {
		for i, v := range stage { // of width x height
			grey[i%height*width+i/height] = v
		}
	}
	if height != f.height || width != f.width {
		img := &image.Gray{Pix: grey, Stride: width, Rect: image.Rect(0, 0, width, height)}
		photo.Fit(dst, f.height, f.width, img)
	}
	return nil
}

// greyOf writes the pixels of a sample that has numbers to dst.
func (f *filler) greyOf(dst []byte, p *part, x *sample.Sample) *sample.Reason {
	layout := p.known.Layout
	scaled := dst
	if layout.Channels > 1 {
		scaled = buffer(&f.channels, len(dst)*layout.Channels)
	}
	scale := f.scale
	if p.known.Pixels {
		scale = sample.Pixels()
	}
	if x.Bytes != nil {
		copy(scaled, x.Bytes)
		if why := scale.Rescale(scaled); why != nil {
			return why
		}
	} else if why := scale.Bytes(scaled, x.Values); why != nil {
		return why
	}
	if layout.Channels > 1 {
		layout.Grey(dst, scaled)
	}
	return nil
}

// buffer returns a buffer of n bytes that is used again.
func buffer(b *[]byte, n int) []byte {
	if cap(*b) < n {
		*b = make([]byte, n)
	}
	return (*b)[:n]
}
