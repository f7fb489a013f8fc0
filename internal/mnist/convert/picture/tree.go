package picture

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert/sample"
)

// foreign are the names of files and folders that programs leave in others' folders.
var foreign = []string{"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "Thumbs.db", "desktop.ini"}

// Foreign reports whether a file or folder of this name is hidden or left by a program,
// and so not the user's own.
func Foreign(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains(foreign, name)
}

// A Folder is a folder of classes, of one part of a data set.
type Folder struct {
	Part sample.Part
	Path string
}

// Folders returns the folders of classes in dir: dir itself or, if all of its folders are
// named as parts and one is for training, these.
func Folders(dir string) ([]Folder, error) {
	names, _, err := list(dir)
	if err != nil {
		return nil, err
	}
	var parts []Folder
	train := false
	for _, name := range names {
		part, rest := sample.PartOf(sample.Words(name))
		if part == sample.None || len(rest) > 0 {
			return []Folder{{sample.None, dir}}, nil
		}
		train = train || part == sample.Train
		parts = append(parts, Folder{part, filepath.Join(dir, name)})
	}
	if !train {
		return []Folder{{sample.None, dir}}, nil
	}
	slices.SortFunc(parts, func(a, b Folder) int { return int(a.Part) - int(b.Part) })
	return parts, nil
}

// list returns the names of the folders and of the other things in dir, sorted, but those
// that are foreign.
func list(dir string) (folders, others []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fault.In(dir, err)
	}
	for _, e := range entries {
		if Foreign(e.Name()) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() {
			folders = append(folders, e.Name())
		} else {
			others = append(others, e.Name())
		}
	}
	return folders, others, nil
}

// maxDepth is how deep the folders of a class are searched, which also ends the search in
// links that lead in a circle.
const maxDepth = 8

// tree is the classes in a folder.
type tree struct {
	dir     string
	classes []class
	strays  []stray // what is in no class
}

// class is the files of a class.
type class struct {
	name  string
	files []string // paths
}

// stray is a file or folder that cannot be used, and why.
type stray struct {
	path string
	why  *sample.Reason
}

// walk finds the classes in dir: its folders, or those of the given names in the order of
// the names.
func walk(dir string, names []string) (*tree, error) {
	folders, others, err := list(dir)
	if err != nil {
		return nil, err
	}
	t := &tree{dir: dir}
	for _, name := range others {
		if name != mnist.NamesFile {
			t.stray(filepath.Join(dir, name), "is in no folder of a class")
		}
	}
	found := make([]bool, len(names))
	for _, name := range folders {
		path := filepath.Join(dir, name)
		c := class{name: name}
		if names != nil {
			i := sample.IndexOf(names, name)
			if i < 0 {
				t.stray(path, "is none of the classes")
				continue
			}
			c.name, found[i] = names[i], true
		}
		t.collect(&c, path, 0)
		if len(c.files) == 0 {
			t.stray(path, "has no picture, and is no class")
			continue
		}
		t.classes = append(t.classes, c)
	}
	slices.SortStableFunc(t.classes, func(a, b class) int {
		return slices.Index(names, a.name) - slices.Index(names, b.name)
	})
	for i, name := range names {
		if !found[i] {
			t.stray(filepath.Join(dir, name), "is a class without a folder")
		}
	}
	return t, nil
}

// collect adds the files in a folder and its folders to a class.
func (t *tree) collect(c *class, dir string, depth int) {
	folders, others, err := list(dir)
	if err != nil {
		t.strays = append(t.strays, stray{dir, unreadable(err)})
		return
	}
	for _, name := range others {
		c.files = append(c.files, filepath.Join(dir, name))
	}
	for _, name := range folders {
		path := filepath.Join(dir, name)
		if depth == maxDepth {
			t.stray(path, "is nested too deeply")
			continue
		}
		t.collect(c, path, depth+1)
	}
}

func (t *tree) stray(path, why string) { t.strays = append(t.strays, stray{path, sample.Because(why)}) }

// files returns the number of files of all classes.
func (t *tree) files() int {
	n := 0
	for _, c := range t.classes {
		n += len(c.files)
	}
	return n
}
