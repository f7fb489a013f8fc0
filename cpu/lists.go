package cpu

import (
	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// With no more threads and rows than these, each thread makes all lists for itself.
// For two threads, this takes hardly longer than making half of the lists each: the
// lists made by the other thread would have to be fetched from its cache, and would
// go back there before they are written again. More threads, or threads with more
// rows, share the work.
const (
	mostPrivateThreads = 2
	mostPrivateRows    = 128
)

// listing is what the products need to know about a batch's images.
type listing struct {
	rows    kernel.Lists   // of the images' pixels
	batch   int            // the count images.batches that rows was made at
	active  kernel.Columns // of the images whose gradient rows are active
	columns kernel.Lists   // of active
	change  int            // the count images.changes that columns was made at
}

// images holds the images of a batch and their lists: one listing for all threads, or
// one for each.
type images struct {
	kernel.Bytes
	listings         []*listing
	batches, changes int // counts of the batches and of the gradients so far
}

func newImages(threads int) images {
	if threads > mostPrivateThreads {
		threads = 1
	}
	m := images{listings: make([]*listing, threads)}
	for i := range m.listings {
		m.listings[i] = new(listing)
	}
	return m
}

// of returns the listings for a batch of the given number of rows: one for all
// threads, made before they need it, or one for each thread, made by that thread when
// it needs it.
func (m *images) of(rows int) []*listing {
	if rows > mostPrivateRows {
		return m.listings[:1]
	}
	return m.listings
}

// list appends the calls that find x's images and make the shared lists of their
// pixels, unless an earlier verb will already have made them. It returns a function
// that gives a thread its lists.
func (r kernelRecorder) list(x backend.Rows) func(thread int) *kernel.Lists {
	m, k := &r.b.scratch.images, r.b.kernels
	listings := m.of(x.Count)
	prepare := func(l *listing) {
		l.batch = m.batches
		l.rows.Resize(x.Count, x.Data.Cols, x.Scale)
	}
	if r.listed != x {
		r.listed = x
		for _, l := range listings {
			prepare(l) // to allocate now
		}
		r.record(func() {
			find(&m.Bytes, x)
			m.batches++
		})
		if len(listings) == 1 {
			l := listings[0]
			r.record(func() { prepare(l) })
			r.shares(l.rows.Pairs(), func(first, end int) { l.listRows(k, &m.Bytes, first, end) })
		}
	}
	return func(thread int) *kernel.Lists {
		l := listings[thread%len(listings)]
		if l.batch != m.batches {
			prepare(l)
			l.listRows(k, &m.Bytes, 0, l.rows.Pairs())
		}
		return &l.rows
	}
}

// listRows makes the lists of the pairs of images from first to before end.
func (l *listing) listRows(k *kernel.Set, images *kernel.Bytes, first, end int) {
	const ahead = 4 // rows to fetch ahead: making their lists takes as long as memory takes to answer
	for i := first; i < end; i++ {
		for row := 2*i + ahead; row < min(2*i+ahead+2, images.Rows()); row++ {
			k.Fetch(images, row)
		}
		k.List(&l.rows, i, images)
	}
}

// transpose does for the columns of x, in the active rows, what list does for its rows.
func (r kernelRecorder) transpose(x backend.Rows, active *kernel.Active) func(thread int) *kernel.Lists {
	r.list(x)
	m, k := &r.b.scratch.images, r.b.kernels
	rows, cols := x.Shape()
	listings := m.of(rows)
	for _, l := range listings {
		l.active.Reserve(rows, cols)
		l.columns.Resize(cols, rows, x.Scale)
	}
	prepare := func(l *listing) {
		l.change = m.changes
		l.active.Resize(&m.Bytes, active)
		l.columns.ResizeActive(cols, active, x.Scale)
	}
	r.record(func() { m.changes++ })
	if len(listings) == 1 {
		l := listings[0]
		r.record(func() { prepare(l) })
		r.shares(l.active.Groups(), func(first, end int) { l.listColumns(k, &m.Bytes, first, end) })
	}
	return func(thread int) *kernel.Lists {
		l := listings[thread%len(listings)]
		if l.change != m.changes {
			prepare(l)
			l.listColumns(k, &m.Bytes, 0, l.active.Groups())
		}
		return &l.columns
	}
}

// listColumns makes the lists of the groups of columns from first to before end.
func (l *listing) listColumns(k *kernel.Set, images *kernel.Bytes, first, end int) {
	for group := first; group < end; group++ {
		k.Transpose(&l.active, images, group)
		k.ListGroup(&l.columns, &l.active, group)
	}
}

// shares cuts n things into parts for the threads and appends a call of f for each
// part.
func (r *recorder) shares(n int, f func(first, end int)) {
	parts := min(n, 4*r.b.pool.threads())
	r.parallel(parts, func(part int) { f(split(n, parts, part)) })
}
