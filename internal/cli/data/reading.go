package data

import "mnistgpu/internal/ui"

// A readingBar shows how far a file or folder has been read.
type readingBar struct {
	io    *ui.IO
	path  string
	total int64
	bar   *ui.Bar
}

// progress is called while data are read, with bytes or files.
func (r *readingBar) progress(done, total int64) {
	if r.bar == nil || total != r.total {
		r.clear()
		r.total, r.bar = total, r.io.NewBar(total)
	}
	r.bar.Set(done, "reading "+r.path)
}

// note prints a line beside the bar.
func (r *readingBar) note(line string) {
	r.clear()
	r.io.Notef("%s", line)
}

// clear leaves the output at the start of a line.
func (r *readingBar) clear() {
	if r.bar != nil {
		r.bar.Clear()
		r.bar = nil
	}
}
