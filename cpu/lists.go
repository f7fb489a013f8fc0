package cpu

import (
	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// Each thread makes all lists for itself if there are no more threads and rows than
// these. Two threads need hardly longer for that than for half of the lists each: what
// the other one made must be fetched from its cache, and taken back from there to be
// written again. More threads, or those of a step of many chunks, share the work.
const (
	mostPrivateThreads = 2
	mostPrivateRows    = 128
)

// listing is what products need of a batch's images.
type listing struct {
	rows    kernel.Lists   // of the images' pixels
	batch   int            // whose they are
	active  kernel.Columns // of the images whose rows of a gradient are active
	columns kernel.Lists   // of these
	change  int            // of a gradient that they are for
}

// images are those of a batch, and their lists: one listing for all threads or one
// for each.
type images struct {
	kernel.Bytes
	listings         []*listing
	batches, changes int // that there were
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

// of are the listings for a batch of so many rows: one for all threads, made before
// they need it, or one for each thread, which makes it when it needs it.
func (m *images) of(rows int) []*listing {
	if rows > mostPrivateRows {
		return m.listings[:1]
	}
	return m.listings
}

// list appends the calls that find x's images and make shared lists of their pixels,
// unless they will be there from a verb before. It returns what gives a thread the
// lists.
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

// listRows makes the lists of some pairs of images.
func (l *listing) listRows(k *kernel.Set, images *kernel.Bytes, first, end int) {
	const ahead = 4 // rows, whose lists take as long as memory to answer
	for i := first; i < end; i++ {
		for row := 2*i + ahead; row < min(2*i+ahead+2, images.Rows()); row++ {
			k.Fetch(images, row)
		}
		k.List(&l.rows, i, images)
	}
}

// transpose is list for the columns of x, in the active rows.
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

// listColumns makes the lists of some groups of columns.
func (l *listing) listColumns(k *kernel.Set, images *kernel.Bytes, first, end int) {
	for group := first; group < end; group++ {
		k.Transpose(&l.active, images, group)
		k.ListGroup(&l.columns, &l.active, group)
	}
}

// shares appends calls of f for parts of n things.
func (r *recorder) shares(n int, f func(first, end int)) {
	parts := min(n, 4*r.b.pool.threads())
	r.parallel(parts, func(part int) { f(split(n, parts, part)) })
}
