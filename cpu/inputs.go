package cpu

import (
	"slices"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// list returns the lists of x's pixels. It appends the call that makes them,
// unless they will be there from a verb before.
func (r kernelRecorder) list(x backend.Rows) *kernel.Lists {
	lists := &r.b.scratch.lists
	if r.listed == x {
		return lists
	}
	r.listed = x
	lists.Resize(x.Count, x.Data.Cols)
	r.record(func() { lists.Resize(x.Count, x.Data.Cols) })
	parts := min(x.Count, 4*r.b.pool.threads())
	r.parallel(parts, func(part int) {
		const ahead = 3 // rows, whose lists take as long as memory to answer
		first, end := split(x.Count, parts, part)
		for i := first; i < end; i++ {
			r.b.kernels.Fetch(byteRow(x, min(i+ahead, x.Count-1)))
			r.b.kernels.List(lists, i, byteRow(x, i), x.Scale)
		}
	})
	return lists
}

// transpose appends the call that makes lists of the active rows of x's
// columns.
func (r kernelRecorder) transpose(x backend.Rows, active *kernel.Active) *kernel.Lists {
	lists, transposed := r.list(x), &r.b.scratch.transposed
	rows, cols := x.Shape()
	transposed.Resize(cols, rows)
	r.record(func() { transposed.Resize(cols, rows) })
	r.parallel(lists.Strips(), func(strip int) { transposed.Transpose(lists, active, strip) })
	return transposed
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
// rows if there are too few panels for all threads.
func (r kernelRecorder) blocks(m kernel.Matrix, f func(kernel.Block)) {
	const leastRows = 16
	threads, panels := r.b.pool.threads(), m.Panels()
	best, most := r.b.kernels.Panels()
	groups := groups(panels, best, most, threads)
	parts := 1
	if groups < threads {
		parts = min((2*threads+groups-1)/groups, 1+m.Rows/leastRows)
	}
	r.parallel(groups*parts, func(i int) {
		p, behind := split(panels, groups, i/parts)
		first, end := split(m.Rows, parts, i%parts)
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

// byteRow returns row i of the batch, where it lies in the data.
func byteRow(x backend.Rows, i int) []uint8 {
	start := int(data[int32](x.Cursor)[0]) + x.Offset
	n := int(data[int32](x.Order)[start+i])
	return data[uint8](x.Data)[n*x.Data.Cols : (n+1)*x.Data.Cols]
}
