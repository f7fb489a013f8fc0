package array

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mnistgpu/internal/mnist/convert/sample"
)

// A Pair is an array of images and that of their labels.
type Pair struct {
	Part   sample.Part
	Images *Array
	Labels *Array // nil if only images are asked for
}

// kind is what an array holds.
type kind uint8

const (
	unknown kind = iota
	images
	labels
)

// kindWords are the words in names that tell images from labels.
var kindWords = map[string]kind{
	"x": images, "image": images, "images": images, "img": images, "imgs": images, "data": images, "features": images,
	"pixels": images, "input": images, "inputs": images,
	"y": labels, "label": labels, "labels": labels, "target": labels, "targets": labels, "class": labels, "classes": labels,
}

// formatWords matches words that tell nothing about the data set.
var formatWords = regexp.MustCompile(`^(idx[0-9]?|ubyte|byte|int|short|float|double|gz|npy|npz|arr|[0-9])$`)

// entry is an array and what its name says.
type entry struct {
	*Array
	part  sample.Part
	kind  kind
	named bool   // whether its name says the kind
	stem  string // the rest of the name
}

// read finds out what an array is. In a file of one array, the name of the file says it.
func read(a *Array, alone bool) entry {
	file, name := sample.Words(filepath.Base(a.file.Path)), sample.Words(a.name)
	unnamed := a.name == "" || len(name) > 0 && name[0] == "arr"
	e := entry{Array: a}
	e.part, name = sample.PartOf(name)
	part, rest := sample.PartOf(file)
	if e.part == sample.None {
		e.part = part
	}
	if unnamed && alone {
		name = rest
	} else {
		rest = slices.DeleteFunc(rest, func(w string) bool { return kindWords[w] != unknown })
		name = slices.Concat(name, rest)
	}
	var stem []string
	for _, word := range name {
		if k := kindWords[word]; k != unknown {
			e.kind, e.named = k, true
		} else if !formatWords.MatchString(word) {
			stem = append(stem, word)
		}
	}
	if !e.named {
		e.kind = kindOfShape(a) // and the name says nothing that is understood here
		return e
	}
	e.stem = strings.Join(stem, "-")
	return e
}

// kindOfShape tells images from labels by their shape.
func kindOfShape(a *Array) kind {
	if len(a.shape) == 1 || a.perImage() == 1 || isQMNIST(a) {
		return labels
	}
	return images
}

// Pairs finds the images and labels of each part of a data set among the arrays of one
// folder or file. If the arrays are of several data sets, those of the one that like
// belongs to are taken; like may be nil. If unlabelled is set, images need no labels.
func Pairs(arrays []*Array, like *Array, unlabelled bool) ([]Pair, error) {
	var entries []entry
	var stem *string
	for _, a := range arrays {
		alone := !slices.ContainsFunc(arrays, func(b *Array) bool { return b != a && b.file.Path == a.file.Path })
		if len(a.shape) == 0 {
			continue // a number, such as a version
		}
		e := read(a, alone)
		entries = append(entries, e)
		if a == like {
			stem = &e.stem
		}
	}
	if slices.ContainsFunc(entries, func(e entry) bool { return e.named }) {
		entries = slices.DeleteFunc(entries, func(e entry) bool { return !e.named })
	}
	var stems []string
	for _, e := range entries {
		if !slices.Contains(stems, e.stem) && (stem == nil || e.stem == *stem) {
			stems = append(stems, e.stem)
		}
	}
	if len(stems) > 1 {
		return nil, fmt.Errorf("holds several data sets (%s): give the path of one of their files", strings.Join(stems, ", "))
	}
	entries = slices.DeleteFunc(entries, func(e entry) bool { return stem != nil && e.stem != *stem })
	return pairs(entries, unlabelled)
}

// pairs pairs the arrays of one data set.
func pairs(entries []entry, unlabelled bool) ([]Pair, error) {
	var all []Pair
	for _, part := range []sample.Part{sample.None, sample.Train, sample.Validation, sample.Test} {
		x, y := pick(entries, part, images), pick(entries, part, labels)
		switch {
		case len(x) == 0 && (len(y) == 0 || unlabelled):
		case len(x) == 2 && len(y) == 2 && part == sample.None && x[0].shape[0] != x[1].shape[0]:
			all = append(all, Pair{sample.Train, x[0], y[0]}, Pair{sample.Test, x[1], y[1]})
		case len(x) == 1 && len(y) == 1:
			all = append(all, Pair{part, x[0], y[0]})
		case len(x) == 1 && len(y) == 0 && unlabelled:
			all = append(all, Pair{part, x[0], nil})
		default:
			of := "images"
			if part != sample.None {
				of = part.String() + " images"
			}
			return nil, fmt.Errorf("must have one array of %s and one of their labels (got %s)", of, listed(entries))
		}
	}
	for _, p := range all {
		if p.Labels != nil && p.Labels.shape[0] != p.Images.shape[0] {
			return nil, fmt.Errorf("%s and %s must have the same number of items (got %d and %d)",
				label(p.Images), label(p.Labels), p.Images.shape[0], p.Labels.shape[0])
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("must have an array of images and one of their labels (got %s)", listed(entries))
	}
	return all, nil
}

// pick returns the arrays of a part and a kind.
func pick(entries []entry, part sample.Part, k kind) []*Array {
	var all []*Array
	for _, e := range entries {
		if e.part == part && e.kind == k {
			all = append(all, e.Array)
		}
	}
	return all
}

// label names an array within its folder.
func label(a *Array) string {
	if a.name != "" {
		return a.name
	}
	return filepath.Base(a.file.Path)
}

// listed names arrays and their shapes.
func listed(entries []entry) string {
	const most = 8
	var parts []string
	for _, e := range entries {
		if len(parts) == most {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, fmt.Sprintf("%s %v", label(e.Array), e.shape))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}
