package convert

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/array"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/picture"
	"mnistgpu/internal/mnist/convert/sample"
)

// file is a file of a known format.
type file struct {
	input.File
	format *format
	part   sample.Part
	stem   string // the words of its name that say neither the part nor the format
}

// formatWords matches words in names of files that say nothing about the data set.
var formatWords = regexp.MustCompile(`^(csv|tsv|txt|gz|parquet|arff|svm|svmlight|libsvm|dat|data|of|default|[0-9]+)$`)

// newFile returns a file whose name, within the data set, says the part. Its format is not
// known yet.
func (l *loader) newFile(path, name string) file {
	f := file{File: input.File{Path: path, Meter: &l.meter}}
	var words []string
	f.part, words = sample.PartOf(sample.Words(name))
	words = slices.DeleteFunc(words, formatWords.MatchString)
	if n := len(words); n > 1 && words[n-1] == "t" { // as in mnist.scale.t
		f.part, words = sample.Test, words[:n-1]
	}
	f.stem = strings.Join(words, "-")
	return f
}

// find finds the sources of the data set.
func (l *loader) find() error {
	if err := l.findAt(l.path); err != nil {
		return err
	}
	if l.options.Test == "" {
		return nil
	}
	l.parts = slices.DeleteFunc(l.parts, func(p *part) bool { return p.part == sample.Test })
	own := len(l.parts)
	if err := l.findAt(l.options.Test); err != nil {
		return err
	}
	others := l.parts[own:]
	if i := slices.IndexFunc(others, func(p *part) bool { return p.part == sample.Test }); i >= 0 {
		l.parts = append(l.parts[:own], others[i])
		return nil
	}
	for _, p := range others {
		p.part = sample.Test
	}
	return nil
}

// findAt adds the sources at path.
func (l *loader) findAt(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fault.In(path, err)
	}
	if info.IsDir() {
		return l.findIn(path)
	}
	f := l.newFile(path, filepath.Base(path))
	f.format, err = detect(f.File)
	switch {
	case err != nil:
		return err
	case f.format == nil:
		return fault.Inf(path, "must be IDX, npy, npz, Parquet, ARFF, svmlight, or a table of numbers with a line for each image")
	case f.format == pictureFormat:
		return fault.Inf(path, "is one picture: give a folder with a folder for each class, CLASS/NAME")
	}
	files, err := l.siblings(f)
	if err != nil {
		return err
	}
	if f.format.isArray() {
		return l.addArrays(path, files, &f)
	}
	return l.addTables(files)
}

// siblings returns a file and those beside it that belong to the same data set. A file
// of test images is read alone.
func (l *loader) siblings(f file) ([]file, error) {
	all := []file{f}
	entries, err := os.ReadDir(filepath.Dir(f.Path))
	if err != nil {
		return all, nil // the file can be read, even if the folder cannot be listed
	}
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(f.Path), e.Name())
		if picture.Foreign(e.Name()) || e.Name() == filepath.Base(f.Path) || !isFile(path) {
			continue
		}
		other := l.newFile(path, e.Name())
		otherPart := other.stem == f.stem && other.part != f.part &&
			(f.part == sample.Train || f.part == sample.None && other.part == sample.Test)
		if !otherPart && !f.format.isArray() {
			continue
		}
		if other.format, err = detect(other.File); err != nil || other.format == nil {
			continue
		}
		if other.format == f.format || other.format.isArray() && f.format.isArray() {
			all = append(all, other)
		}
	}
	return l.newest(all), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// newest leaves out compressed files that are there uncompressed too.
func (l *loader) newest(files []file) []file {
	return slices.DeleteFunc(files, func(f file) bool {
		raw, packed := strings.CutSuffix(f.Path, ".gz")
		return packed && slices.ContainsFunc(files, func(other file) bool { return other.Path == raw })
	})
}

// addArrays adds the pairs of images and labels among arrays, those that belong to the
// same data set as given, if it is not nil.
func (l *loader) addArrays(path string, files []file, given *file) error {
	var arrays []*array.Array
	var like *array.Array
	for _, f := range files {
		found, err := f.arrays()
		if given != nil && f.Path == given.Path {
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return fault.Inf(path, "has no arrays")
			}
			if len(found) > 1 { // which is a whole data set
				arrays, like = found, nil
				break
			}
			like = found[0]
		}
		if err == nil {
			arrays = append(arrays, found...)
		} else if given == nil {
			return err
		}
	}
	pairs, err := array.Pairs(arrays, like, l.options.Unlabelled)
	if err != nil {
		return fault.In(path, err)
	}
	if given != nil && like != nil && given.part > sample.Train {
		pairs = slices.DeleteFunc(pairs, func(p array.Pair) bool { return p.Part != given.part })
		for i := range pairs {
			pairs[i].Part = sample.None
		}
	}
	for _, p := range pairs {
		f := input.File{Path: p.Images.Path()}
		l.add(p.Part, f, array.NewSource(p, &l.request))
	}
	return nil
}

// arrays reads the headers of the arrays in a file.
func (f file) arrays() ([]*array.Array, error) {
	var one *array.Array
	var err error
	switch f.format.name {
	case "npz":
		return array.ReadNPZ(f.File)
	case "npy":
		one, err = array.ReadNPY(f.File)
	default:
		one, err = array.ReadIDX(f.File)
	}
	return []*array.Array{one}, err
}

// addTables adds files that each hold images and labels.
func (l *loader) addTables(files []file) error {
	for _, f := range files {
		source, err := f.format.open(f.File, &l.request)
		if err != nil {
			return err
		}
		part := f.part
		if len(files) == 1 && part != sample.Train {
			part = sample.None
		}
		l.add(part, f.File, source)
	}
	return nil
}
