package cpu

import (
	"slices"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// list returns the lists of x's pixels. It appends the calls that find the images
// and make the lists, unless they will be there from a verb before.
func (r kernelRecorder) list(x backend.Rows) *kernel.Lists {
	images, lists := &r.b.scratch.images, &r.b.scratch.lists
	if r.listed == x {
		return lists
	}
	r.listed = x
	lists.Resize(x.Count, x.Data.Cols, x.Scale)
	r.record(func() {
		find(images, x)
		lists.Resize(x.Count, x.Data.Cols, x.Scale)
	})
	parts := min(lists.Pairs(), 4*r.b.pool.threads())
	r.parallel(parts, func(part int) {
		const ahead = 4 // rows, whose lists take as long as memory to answer
		first, end := split(lists.Pairs(), parts, part)
		for i := first; i < end; i++ {
			for row := 2*i + ahead; row < min(2*i+ahead+2, x.Count); row++ {
				r.b.kernels.Fetch(images, row)
			}
			r.b.kernels.List(lists, i, images)
		}
	})
	return lists
}

// transpose appends the calls that make lists of x's columns, in the active rows.
func (r kernelRecorder) transpose(x backend.Rows, active *kernel.Active) *kernel.Lists {
	r.list(x)
	s, k := &r.b.scratch, r.b.kernels
	rows, cols := x.Shape()
	s.columns.Reserve(rows, cols)
	s.transposed.Resize(cols, rows, x.Scale)
	r.record(func() {
		s.columns.Resize(&s.images, active)
		s.transposed.ResizeActive(cols, active, x.Scale)
	})
	groups := s.columns.Groups()
	parts := min(groups, 4*r.b.pool.threads())
	r.parallel(parts, func(part int) {
		first, end := split(groups, parts, part)
		for group := first; group < end; group++ {
			k.Transpose(&s.columns, &s.images, group)
			k.ListGroup(&s.transposed, &s.columns, group)
		}
	})
	return &s.transposed
}

// activeRows returns the active rows of dy. It appends the call that looks for
// them, unless they will be known from a verb before.
func (r kernelRecorder) activeRows(dy backend.Tensor) *kernel.Active {
	active := &r.b.scratch.active
	if slices.Contains(r.active, dy) {
		return active
	}
	r.active = []backend.Tensor{dy}
	active.Reserve(dy.Rows)
	m := matrix(dy)
	r.record(func() { active.SetNonzero(m) })
	return active
}

// blocks appends a call of f for each group of m's panels, or for parts of their
// pairs of rows if there are too few panels for all threads.
func (r kernelRecorder) blocks(m kernel.Matrix, f func(kernel.Block)) {
	const leastPairs = 8
	threads, panels, pairs := r.b.pool.threads(), m.Panels(), (m.Rows+1)/2
	best, most := r.b.kernels.Panels()
	groups := groups(panels, best, most, threads)
	parts := 1
	if groups < threads {
		parts = min((2*threads+groups-1)/groups, 1+pairs/leastPairs)
	}
	r.parallel(groups*parts, func(i int) {
		p, behind := split(panels, groups, i/parts)
		first, end := split(pairs, parts, i%parts)
		f(kernel.Block{Panel: p, Panels: behind - p, First: first, End: end})
	})
}

// groups is the number of groups that share panels evenly among threads, each of
// about as many as is best and of no more than the most that there can be.
func groups(panels, best, most, threads int) int {
	n := max(1, (panels+best*threads/2)/(best*threads)) * threads
	for n*most < panels {
		n += threads
	}
	return min(n, panels)
}

// find makes images those of the batch.
func find(images *kernel.Bytes, x backend.Rows) {
	images.Data, images.Cols, images.Starts = data[uint8](x.Data), x.Data.Cols, images.Starts[:0]
	for _, n := range numbers(x) {
		images.Starts = append(images.Starts, int(n)*x.Data.Cols)
	}
}

// byteRow returns row i of the batch, where it lies in the data.
func byteRow(x backend.Rows, i int) []uint8 {
	n := int(numbers(x)[i])
	return data[uint8](x.Data)[n*x.Data.Cols : (n+1)*x.Data.Cols]
}

// numbers are those of the rows of a batch in the data.
func numbers(x backend.Rows) []int32 {
	start := int(data[int32](x.Cursor)[0]) + x.Offset
	return data[int32](x.Order)[start : start+x.Count]
}
