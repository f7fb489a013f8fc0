package cpu

import (
	"slices"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// activeRows returns the active rows of dy. It appends a call that finds them, unless
// an earlier verb will already have found them.
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

// blocks appends a call of f for each group of m's panels or, if there are fewer
// groups than threads, for each part of a group's pairs of rows.
func (r kernelRecorder) blocks(m kernel.Matrix, f func(thread int, part kernel.Block)) {
	const leastPairs = 8
	threads, panels, pairs := r.b.pool.threads(), m.Panels(), (m.Rows+1)/2
	best, most := r.b.kernels.Panels()
	groups := groups(panels, best, most, threads)
	parts := 1
	if groups < threads {
		parts = min((2*threads+groups-1)/groups, 1+pairs/leastPairs)
	}
	r.byThreads(groups*parts, func(thread, i int) {
		p, behind := split(panels, groups, i/parts)
		first, end := split(pairs, parts, i%parts)
		f(thread, kernel.Block{Panel: p, Panels: behind - p, First: first, End: end})
	})
}

// groups returns the number of groups that divide the panels evenly among threads. A
// group has about the best number of panels, and never more than most.
func groups(panels, best, most, threads int) int {
	n := max(1, (panels+best*threads/2)/(best*threads)) * threads
	for n*most < panels {
		n += threads
	}
	return min(n, panels)
}

// find points images at the rows of the batch.
func find(images *kernel.Bytes, x backend.Rows) {
	images.Data, images.Cols, images.Starts = data[uint8](x.Data), x.Data.Cols, images.Starts[:0]
	for _, n := range numbers(x) {
		images.Starts = append(images.Starts, int(n)*x.Data.Cols)
	}
}

// byteRow returns row i of the batch, in the data's own memory.
func byteRow(x backend.Rows, i int) []uint8 {
	n := int(numbers(x)[i])
	return data[uint8](x.Data)[n*x.Data.Cols : (n+1)*x.Data.Cols]
}

// numbers returns the row numbers of a batch in the data.
func numbers(x backend.Rows) []int32 {
	start := int(data[int32](x.Cursor)[0]) + x.Offset
	return data[int32](x.Order)[start : start+x.Count]
}
