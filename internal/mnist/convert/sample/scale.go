package sample

import (
	"fmt"
	"math"
)

// A Scale turns the numbers of an image into pixels from 0 to 255.
type Scale struct {
	low, high float64 // of the numbers
	whole     bool    // whether only whole numbers are meant
	fact      string  // what the user should know, or ""
	pixel     func(v float64) float64
}

// scales are the usual ways to write pixels. The first one that fits is taken.
var scales = [...]Scale{
	{0, 1, false, "numbers from 0 to 1 were multiplied by 255", func(v float64) float64 { return v*255 + 0.5 }},
	{0, 16, true, "numbers from 0 to 16 were multiplied by 255/16", func(v float64) float64 { return v*(255.0/16) + 0.5 }},
	{0, 255, false, "", func(v float64) float64 { return v + 0.5 }},
	{-1, 1, false, "numbers from -1 to 1 were scaled to 0 to 255", func(v float64) float64 { return (v+1)*127.5 + 0.5 }},
	{0, 65535, false, "numbers from 0 to 65535 were divided by 256", func(v float64) float64 { return v / 256 }},
}

// Names of some of the scales.
const (
	to16  = 1
	to255 = 2
)

// A Range is the range of the numbers of many images.
type Range struct {
	rows      int // that are not all zeros
	fits      [len(scales)]int
	low, high float64
	fractions bool
}

// add takes account of an image.
func (r *Range) add(values []float64) {
	low, high, whole := math.Inf(1), math.Inf(-1), true
	for _, v := range values {
		low, high = min(low, v), max(high, v)
		whole = whole && v == math.Trunc(v)
	}
	r.addRow(low, high, whole)
}

// addBytes takes account of an image whose numbers are bytes.
func (r *Range) addBytes(values []byte) {
	var high byte
	for _, v := range values {
		high = max(high, v)
	}
	r.addRow(0, float64(high), true)
}

func (r *Range) addRow(low, high float64, whole bool) {
	if low == 0 && high == 0 {
		return
	}
	r.rows++
	r.low, r.high = min(r.low, low), max(r.high, high)
	r.fractions = r.fractions || !whole
	for i, s := range scales {
		if low >= s.low && high <= s.high && (whole || !s.whole) {
			r.fits[i]++
		}
	}
}

// Merge takes account of the images of another Range.
func (r *Range) Merge(other Range) {
	if other.rows == 0 {
		return
	}
	r.rows += other.rows
	r.low, r.high = min(r.low, other.low), max(r.high, other.high)
	r.fractions = r.fractions || other.fractions
	for i, n := range other.fits {
		r.fits[i] += n
	}
}

// Scale returns the first scale that more than half of the images fit, and in one line
// what the user should know of it, or "". Whole numbers from 0 to 16 are those of
// scikit-learn's digits; a lower maximum than 16 might as well be a dark image.
func (r *Range) Scale() (s Scale, fact string, err error) {
	if r.rows == 0 {
		return scales[to255], "", nil
	}
	for i, s := range scales {
		if 2*r.fits[i] <= r.rows || i == to16 && r.high != s.high {
			continue
		}
		switch {
		case i == to255 && r.fractions:
			return s, "pixels were rounded to whole numbers", nil
		case i == to255 && r.high <= 64:
			return s, fmt.Sprintf("the brightest pixel is %v of 255", r.high), nil
		}
		return s, s.fact, nil
	}
	return Scale{}, "", fmt.Errorf("pixels must be from 0 to 255, 0 to 1, -1 to 1 or 0 to 65535 (got %.4g to %.4g)", r.low, r.high)
}

// Pixels returns the scale of pixels from 0 to 255.
func Pixels() Scale { return scales[to255] }

// Bytes writes the pixels of values to dst.
func (s Scale) Bytes(dst []byte, values []float64) *Reason {
	for i, v := range values {
		if !(v >= s.low && v <= s.high) {
			return Because("pixel %d must be from %v to %v (got %v)", i+1, s.low, s.high, v)
		}
		dst[i] = byte(s.pixel(v))
	}
	return nil
}

// Rescale scales values in place.
func (s Scale) Rescale(values []byte) *Reason {
	for i, v := range values {
		if f := float64(v); f > s.high {
			return Because("pixel %d must be from %v to %v (got %v)", i+1, s.low, s.high, v)
		} else if s.high < 255 {
			values[i] = byte(s.pixel(f))
		}
	}
	return nil
}
