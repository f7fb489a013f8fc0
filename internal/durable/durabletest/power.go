package durabletest

import (
	"iter"
	"maps"
	"path/filepath"
	"slices"
)

// page is the most bytes that disks and kernels write atomically.
const page = 4096

// sector is the fewest bytes that a disk writes atomically.
const sector = 512

// A Cut is a state that a power cut may leave.
type Cut struct {
	Files Files
	Mark  int // the last mark before the cut, or 0
}

// PowerCuts iterates over the states that a power cut at any moment of the
// recording may leave on the disk. Until a folder is synced, any subset of the
// changes to its names may have reached the disk. Until a file is synced, any
// subset of its pages of 4 KiB may have, the last of them in part; the others are
// zeros, or the file ends before them. A rename has happened or not. Some states
// come more than once.
func (r *Recorder) PowerCuts() iter.Seq[Cut] {
	return func(yield func(Cut) bool) {
		for n := range len(r.ops) + 1 {
			s := newState(r.ops[:n])
			for names := range s.names() {
				for files := range s.contents(names) {
					if !yield(Cut{files, s.mark}) {
						return
					}
				}
			}
		}
	}
}

// state is what the disk must hold, and what it may hold, after some operations.
type state struct {
	safe    map[string]int // names that are on the disk, and the numbers of their files
	pending []op           // changes to names that may be on the disk
	current map[string]int // names as the system shows them
	data    map[int][]byte // of each file
	synced  map[int]int    // bytes of each file that are on the disk
	mark    int
}

func newState(ops []op) *state {
	s := &state{
		safe: map[string]int{}, current: map[string]int{}, data: map[int][]byte{}, synced: map[int]int{},
	}
	for _, o := range ops {
		switch o.kind {
		case write:
			s.data[o.file] = append(s.data[o.file], o.data...)
		case sync:
			s.synced[o.file] = len(s.data[o.file])
		case mark:
			s.mark = o.mark
		case syncDir:
			s.syncDir(o.path)
		default:
			if o.kind == rename {
				o.file = s.current[o.path]
			}
			apply(s.current, o)
			s.pending = append(s.pending, o)
		}
	}
	return s
}

// apply makes the change of o to names.
func apply(names map[string]int, o op) {
	switch o.kind {
	case create:
		names[o.path] = o.file
	case rename:
		delete(names, o.path)
		names[o.to] = o.file
	case remove:
		delete(names, o.path)
	}
}

func (s *state) syncDir(dir string) {
	s.pending = slices.DeleteFunc(s.pending, func(o op) bool {
		if filepath.Dir(o.path) != dir {
			return false
		}
		apply(s.safe, o)
		return true
	})
}

// names iterates over the names on the disk for each subset of the pending changes.
func (s *state) names() iter.Seq[map[string]int] {
	return func(yield func(map[string]int) bool) {
		for subset := range 1 << len(s.pending) {
			names := maps.Clone(s.safe)
			for i, o := range s.pending {
				if subset>>i&1 == 1 {
					apply(names, o)
				}
			}
			if !yield(names) {
				return
			}
		}
	}
}

// contents iterates over what the named files may hold.
func (s *state) contents(names map[string]int) iter.Seq[Files] {
	paths := slices.Sorted(maps.Keys(names))
	var fill func(files Files, paths []string, yield func(Files) bool) bool
	fill = func(files Files, paths []string, yield func(Files) bool) bool {
		if len(paths) == 0 {
			return yield(maps.Clone(files))
		}
		file := names[paths[0]]
		for content := range variants(s.data[file], s.synced[file]) {
			files[paths[0]] = content
			if !fill(files, paths[1:], yield) {
				return false
			}
		}
		return true
	}
	return func(yield func(Files) bool) { fill(Files{}, paths, yield) }
}

// variants iterates over what the disk may hold of data, whose first synced bytes
// are safe: any subset of the other pages with zeros for the rest, the same cut off
// after the last page of the subset, and the same with that page torn.
func variants(data []byte, synced int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		pages := (len(data) - synced + page - 1) / page
		for subset := range 1 << pages {
			content, end := make([]byte, len(data)), synced
			copy(content, data[:synced])
			for i := range pages {
				if subset>>i&1 == 1 {
					first := synced + i*page
					end = min(first+page, len(data))
					copy(content[first:end], data[first:])
				}
			}
			if !yield(content) {
				return
			}
			if subset == 0 && pages == 0 {
				continue
			}
			if !yield(content[:end]) || !yield(content[:max(synced, end-page+sector)]) {
				return
			}
		}
	}
}
