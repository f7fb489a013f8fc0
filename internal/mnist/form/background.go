package form

const (
	// middle divides dark pixels from light ones.
	middle = 128

	// clear is the part of the border that has to be dark, or light, for the background
	// to be so.
	clear = 2.0 / 3

	// level is the width of the bins of grey in which the most common value is found.
	// Compressed and scanned pictures spread their background over several values.
	level = 16
)

// A histogram counts the pixels of each value.
type histogram [256]int

func (h *histogram) add(pixels []byte) {
	for _, v := range pixels {
		h[v]++
	}
}

// addBorder counts the outermost rows and columns of an image.
func (h *histogram) addBorder(image []byte, width int) {
	last := len(image) - width
	h.add(image[:width])
	for at := width; at < last; at += width {
		h[image[at]]++
		h[image[at+width-1]]++
	}
	if last > 0 {
		h.add(image[last:])
	}
}

// total returns the number of pixels.
func (h *histogram) total() int {
	sum := 0
	for _, n := range h {
		sum += n
	}
	return sum
}

// median returns the lower median.
func (h *histogram) median() int {
	seen, half := 0, (h.total()+1)/2
	for v, n := range h {
		if seen += n; seen >= half {
			return v
		}
	}
	return 0
}

// mostCommon returns the first value of the fullest bin.
func (h *histogram) mostCommon() int {
	best, most := 0, -1
	for v := 0; v < len(h); v += level {
		sum := 0
		for _, n := range h[v : v+level] {
			sum += n
		}
		if sum > most {
			best, most = v, sum
		}
	}
	return best
}

// background decides from the pixels of the border and from all pixels. Both have to
// agree.
func background(border, all *histogram) Background {
	light := 0
	for _, n := range border[middle:] {
		light += n
	}
	share := float64(light) / float64(max(border.total(), 1))
	switch common := all.mostCommon(); {
	case share >= clear && common >= middle:
		return Light
	case 1-share >= clear && common < middle:
		return Dark
	}
	return Mixed
}

// BackgroundOf returns the background of one image.
func BackgroundOf(image []byte, width int) Background {
	var border, all histogram
	border.addBorder(image, width)
	all.add(image)
	return background(&border, &all)
}
