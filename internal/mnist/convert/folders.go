package convert

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert/picture"
	"mnistgpu/internal/mnist/convert/sample"
)

// How deep a folder is searched for files of a data set, and how many pictures are enough
// to take it for a folder of pictures.
const (
	maxDepth       = 3
	enoughPictures = 16
)

// findIn adds the sources in a folder: files of arrays or tables, or folders of pictures.
func (l *loader) findIn(dir string) error {
	files, pictures, err := l.search(dir)
	if err != nil {
		return err
	}
	isText := func(f file) bool { return f.format.name == "CSV" || f.format.name == "svmlight" }
	if pictures && !slices.ContainsFunc(files, func(f file) bool { return !isText(f) }) {
		return l.addPictures(dir) // and a text beside pictures tells about them
	}
	if len(files) == 0 {
		return l.addPictures(dir)
	}
	isNoArray := func(f file) bool { return !f.format.isArray() }
	if arrays := slices.DeleteFunc(slices.Clone(files), isNoArray); len(arrays) > 0 {
		return l.addArrays(dir, l.newest(arrays), nil)
	}
	if files, err = l.oneSet(dir, l.newest(files)); err != nil {
		return err
	}
	return l.addTables(files)
}

// A listing is what a folder has.
type listing struct {
	files    []file // of a known format, but for pictures
	pictures int
	folders  []string // paths
}

// list lists a folder of the data set in dir. It stops at enough pictures.
func (l *loader) list(dir, folder string) (found listing, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return found, fault.In(folder, err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		switch {
		case picture.Foreign(e.Name()) || e.Name() == mnist.NamesFile:
		case isDir(path):
			found.folders = append(found.folders, path)
		case isFile(path) && found.pictures < enoughPictures:
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return found, fault.In(path, err)
			}
			f := l.newFile(path, rel)
			if f.format, err = detect(f.File); err != nil {
				return found, err
			}
			if f.format == pictureFormat {
				found.pictures++
			} else if f.format != nil {
				found.files = append(found.files, f)
			}
		}
	}
	return found, nil
}

// search returns the files in a folder whose format is known, those of the highest level
// that has any, and whether there are pictures below the folder.
func (l *loader) search(dir string) (files []file, pictures bool, err error) {
	level := []string{dir}
	for depth := 0; depth <= maxDepth && len(level) > 0; depth++ {
		var next []string
		had := len(files) > 0
		for _, folder := range level {
			found, err := l.list(dir, folder)
			if err != nil && depth == 0 {
				return nil, false, err
			}
			pictures = pictures || depth > 0 && found.pictures > 0
			next = append(next, found.folders...)
			if !had {
				files = append(files, found.files...)
			}
		}
		if had { // and it is known whether there are pictures below the files
			break
		}
		level = next
	}
	return files, pictures, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// oneSet returns the tables of a folder that are one data set: those with the same words
// in their names, of which one is for training if there are several.
func (l *loader) oneSet(dir string, files []file) ([]file, error) {
	stems := stemsOf(files, func(file) bool { return true })
	if len(stems) > 1 {
		if trained := stemsOf(files, func(f file) bool { return f.part == sample.Train }); len(trained) > 0 {
			stems = trained
		}
	}
	if len(stems) > 1 {
		var names []string
		for _, f := range files[:min(len(files), 6)] {
			names = append(names, filepath.Base(f.Path))
		}
		return nil, fault.Inf(dir, "holds several data sets: give the path of one of %s", strings.Join(names, ", "))
	}
	return slices.DeleteFunc(files, func(f file) bool { return f.stem != stems[0] }), nil
}

// stemsOf returns the different stems of some files.
func stemsOf(files []file, which func(file) bool) []string {
	var stems []string
	for _, f := range files {
		if which(f) && !slices.Contains(stems, f.stem) {
			stems = append(stems, f.stem)
		}
	}
	return stems
}

// addPictures adds the folders of pictures in a folder. A folder that only holds another
// one is left for it, as archives often have one.
func (l *loader) addPictures(dir string) error {
	dir = innermost(dir)
	if l.request.Names == nil {
		names, err := mnist.ReadNames(dir)
		if err != nil {
			return err
		}
		l.request.Names = names
	}
	folders, err := picture.Folders(dir)
	if err != nil {
		return err
	}
	for _, f := range folders {
		source, err := picture.NewSource(f.Path, &l.request, &l.meter)
		if err != nil {
			return err
		}
		l.addPart(&part{part: f.Part, path: f.Path, source: source})
	}
	return nil
}

// innermost follows folders that hold only one folder, as long as that holds folders.
func innermost(dir string) string {
	for {
		only, n := "", 0
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if !picture.Foreign(e.Name()) {
				only = filepath.Join(dir, e.Name())
				n++
			}
		}
		if n != 1 || !hasFolders(only) {
			return dir
		}
		dir = only
	}
}

func hasFolders(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return !picture.Foreign(e.Name()) && isDir(filepath.Join(dir, e.Name()))
	})
}
