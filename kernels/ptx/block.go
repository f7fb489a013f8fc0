package ptx

// Schedule is one of the orders in which a GPU may run warps, blocks and lanes. The
// zero Schedule runs a block after another, and each warp as long as it can.
type Schedule struct {
	Seed     uint64
	Quantum  int  // the most instructions that lanes run before others may; 0 is no limit
	Split    bool // lanes at the same instruction may run apart
	Resident int  // blocks that run at the same time unless the launch is cooperative; 0 is 1
}

// block is a running block. Its epoch counts the barriers that it has passed.
type block struct {
	index  int
	warps  []*warp
	shared []*Buffer
	epoch  int
	alive  int  // warps that have not ended
	ready  int  // of these, how many wait at a barrier of the block
	exited bool // a thread has ended
}

// begin starts the next block, if there is one.
func (l *launch) begin() {
	if len(l.waiting) == 0 {
		return
	}
	b := &block{index: l.waiting[0]}
	l.waiting = l.waiting[1:]
	for i, v := range l.kernel.shared {
		size := v.size
		if v.dynamic {
			size = l.grid.Shared
		}
		b.shared = append(b.shared, newBuffer(v.name, sharedAddress(i), size, v.align))
	}
	threads := l.grid.Threads.count()
	for first := 0; first < threads; first += warpSize {
		w := &warp{launch: l, block: b, first: first, regs: make([][warpSize]uint64, l.kernel.slots)}
		n := min(threads-first, warpSize)
		w.all = uint32(1<<n - 1)
		w.live, w.ready = w.all, w.all
		w.start()
		b.warps = append(b.warps, w)
	}
	b.alive = len(b.warps)
	l.runnable = append(l.runnable, b.warps...)
}

// next gives one warp its turn.
func (l *launch) next() {
	s := l.device.Schedule
	i := l.turn % len(l.runnable)
	if s != (Schedule{}) {
		i = l.rand.IntN(len(l.runnable))
	}
	w := l.runnable[i]
	w.run(s)
	if w.ready != 0 {
		l.turn++
		return
	}
	l.runnable[i] = l.runnable[len(l.runnable)-1]
	l.runnable = l.runnable[:len(l.runnable)-1]
	b := w.block
	if w.live == 0 {
		if b.alive--; b.alive == 0 {
			l.begin()
			return
		}
	} else {
		w.aligned()
		b.ready++
	}
	if b.ready > 0 && b.ready == b.alive {
		l.open(b)
	}
}

// open lets the threads of a block go on after its barrier. What each of them knew, all
// know now.
func (l *launch) open(b *block) {
	w := b.warps[0]
	if b.exited {
		for _, w = range b.warps {
			if w.live != 0 {
				break
			}
		}
		w.at(w.live).fail("waits at a barrier of all threads, of which some have ended")
	}
	var list []knowledge
	var dirty uint32
	for _, w := range b.warps {
		list = w.knowing(list, w.live)
		dirty |= w.dirty
	}
	all := meet(list)
	b.epoch++
	if c := all.released; dirty == 0 && c != nil && c.block(b.index) == b.epoch-1 {
		// A fence was the last that each thread did: together they are one of the block.
		all.released = c.with(b.index, b.epoch, nil)
	}
	b.ready = 0
	if b.epoch >= 1<<epochBits {
		w.at(w.live).fail("more barriers than this model can count")
	}
	for _, w := range b.warps {
		w.meet, w.dirty = 0, 0
		for lane := range warpSize {
			w.know[lane], w.ticks[lane] = all, 0
			w.pc[lane]++
		}
		w.ready, w.waits = w.live, 0
	}
	l.runnable = append(l.runnable, b.warps...)
}
