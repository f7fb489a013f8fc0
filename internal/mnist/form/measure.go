package form

import (
	"fmt"
	"strings"
)

// maxSample is the most images that are measured, evenly spaced over the data set: more
// would change no decision, and take time.
const maxSample = 4096

// A Measurement is what [Measure] found out.
type Measurement struct {
	Form
	Height, Width int
	Images        int     // in the data set
	Measured      int     // of them
	Low, High     byte    // the range of their pixels
	Zeros         float64 // the part of their pixels that a network sees as 0
	Constant      int     // measured images of one grey throughout
	Classes       int
	Fewest, Most  int // images in a class
}

// Measure measures the form of images (N, height, width), which have labels below
// classes.
func Measure(images, labels []byte, height, width, classes int) Measurement {
	size := height * width
	m := Measurement{Height: height, Width: width, Images: len(labels), Classes: classes}
	m.Fewest, m.Most = balance(labels, classes)
	sample := sampled(images, size)
	m.Measured = len(sample)
	var border, all histogram
	for _, image := range sample {
		var own histogram
		own.add(image)
		if own[image[0]] == size {
			m.Constant++
		}
		for v, n := range own {
			all[v] += n
		}
		border.addBorder(image, width)
	}
	m.describe(&border, &all)
	if m.Background == Mixed || m.Measured == 0 {
		m.Framing = Whole
		return m
	}
	var places []place
	for _, image := range sample {
		if p, ok := placeOf(image, width, m.Background == Light); ok {
			places = append(places, p)
		}
	}
	m.Framing, m.Box = framing(places, height, width)
	return m
}

// sampled returns at most maxSample images, evenly spaced.
func sampled(images []byte, size int) [][]byte {
	total := len(images) / size
	n := min(total, maxSample)
	sample := make([][]byte, n)
	for i := range sample {
		sample[i] = images[i*total/n*size:][:size]
	}
	return sample
}

// balance returns how many images the smallest and the largest class have.
func balance(labels []byte, classes int) (fewest, most int) {
	count := make([]int, classes)
	for _, label := range labels {
		count[label]++
	}
	fewest = len(labels)
	for _, n := range count {
		fewest, most = min(fewest, n), max(most, n)
	}
	return fewest, most
}

// describe sets what the histograms tell.
func (m *Measurement) describe(border, all *histogram) {
	m.Background = background(border, all)
	first := true
	for v, n := range all {
		if n > 0 && first {
			m.Low, first = byte(v), false
		}
		if n > 0 {
			m.High = byte(v)
		}
	}
	zero := 0
	if m.Background == Light {
		zero = 255
	}
	m.Zeros = float64(all[zero]) / float64(max(all.total(), 1))
}

// String describes the images in one line.
func (m Measurement) String() string {
	parts := []string{
		fmt.Sprintf("images of %dx%d", m.Height, m.Width),
		fmt.Sprintf("pixels from %d to %d", m.Low, m.High),
		map[Background]string{
			Dark: "dark background", Light: "light background (inverted for the network)", Mixed: "no clear background",
		}[m.Background],
		fmt.Sprintf("%.1f %% zeros", 100*m.Zeros),
		map[Framing]string{
			Centred: "centred as in MNIST", Cropped: fmt.Sprintf("cropped to %.0f %% of the frame", 100*m.Box), Whole: "not centred",
		}[m.Framing],
	}
	if m.Constant > 0 {
		parts = append(parts, fmt.Sprintf("%d of one grey throughout", m.Constant))
	}
	if m.Fewest == m.Most {
		parts = append(parts, fmt.Sprintf("%d classes of %d each", m.Classes, m.Most))
	} else {
		parts = append(parts, fmt.Sprintf("%d classes of %d to %d", m.Classes, m.Fewest, m.Most))
	}
	if m.Measured < m.Images {
		parts = append(parts, fmt.Sprintf("measured on %d", m.Measured))
	}
	return strings.Join(parts, ", ")
}
