package ptx

// A cell remembers who wrote some bytes last, and who has read them since.
type cell struct {
	write stamp
	readers
}

// readers are two threads of a block that read a cell in the same epoch, of two warps if
// there were such: whoever writes then is unordered with one of them, if it is with any.
// Those of earlier epochs happened before.
type readers struct{ one, other stamp }

func (r *readers) add(s stamp) {
	switch {
	case r.one.epoch() != s.epoch() || r.one == 0:
		*r = readers{one: s}
	case r.one.thread() == s.thread():
		r.one = s
	case r.other == 0 || r.other.thread()/warpSize == r.one.thread()/warpSize:
		r.other = s
	}
}

// ordered reports whether an access happened before what t does now.
func (t *thread) ordered(s stamp) bool {
	if s <= beforeLaunch || s.thread() == t.id {
		return true
	}
	if s.block() == t.block.index {
		if s.epoch() < t.block.epoch {
			return true
		}
		if s.thread()/warpSize == t.id/warpSize && s.meet() < t.warp.meet {
			return true
		}
	}
	return t.warp.know[t.lane].known.has(s)
}

// after fails unless an access happened before what t does now, which conflicts with it.
func (t *thread) after(s stamp, b *Buffer, at int) {
	if !t.ordered(s) {
		t.fail("races for byte %d of %s with %s of %s in line %d", at, b.name, t.op(s), t.launch.place(s.thread()), s.line())
	}
}

// reads notes that t reads a cell.
func (t *thread) reads(b *Buffer, i int) {
	c := &b.cells[i]
	if c.write == 0 {
		t.fail("byte %d of %s is not set", i*b.grain, b.name)
	}
	if c.write.strong() && b.strong[i*b.grain].newest(t.id) {
		return
	}
	t.after(c.write, b, i*b.grain)
	now := t.stamp
	var shared map[int]*readers
	if b.others != nil {
		shared = b.others[i]
	}
	if shared == nil {
		if c.one == 0 || c.one.block() == now.block() {
			c.add(now)
			return
		}
		shared = map[int]*readers{c.one.block(): {c.one, c.other}}
		if b.others == nil {
			b.others = map[int]map[int]*readers{}
		}
		b.others[i] = shared // now there are two blocks
	}
	if shared[now.block()] == nil {
		shared[now.block()] = new(readers)
	}
	shared[now.block()].add(now)
}

// writes notes that t writes a cell, in a strong way or not.
func (t *thread) writes(b *Buffer, i int, strong bool) {
	c := &b.cells[i]
	at := i * b.grain
	if !c.write.strong() || !strong && !b.strong[at].newest(t.id) {
		t.after(c.write, b, at)
	}
	t.after(c.one, b, at)
	t.after(c.other, b, at)
	if b.others != nil {
		for _, r := range b.others[i] {
			t.after(r.one, b, at)
			t.after(r.other, b, at)
		}
		delete(b.others, i)
	}
	if l := b.location(at); l != nil && !strong {
		for _, s := range l.readers {
			t.after(s, b, at)
		}
		delete(b.strong, at)
	}
	*c = cell{write: t.stamp}
}

// A location has been read or written by strong operations. Of its versions, a thread
// may read each that is not older than one that it has read or that happened before, for
// a strong read need not see the newest.
type location struct {
	versions []version
	seen     map[int]int   // which version a thread has read last
	readers  map[int]stamp // the last strong read of each thread
}

type version struct {
	value   uint64
	message *clock // what happened before whoever reads it
	write   stamp
}

// newest reports whether a thread has read the newest version. Then all operations that
// led to it precede what the thread does next, by observation order.
func (l *location) newest(thread int) bool {
	seen, ok := l.seen[thread]
	return ok && seen == len(l.versions)-1
}

// location returns what strong operations did at byte `at` of b, if there were any.
func (b *Buffer) location(at int) *location {
	if b.strong == nil {
		return nil
	}
	return b.strong[at]
}

// makeLocation returns the location at byte `at` of b, which has strong operations from
// now on.
func (b *Buffer) makeLocation(at, size int) *location {
	l := b.location(at)
	if l == nil {
		first := version{value: b.value(at, size, false), write: b.cells[at/b.grain].write}
		l = &location{[]version{first}, map[int]int{}, map[int]stamp{}}
		if b.strong == nil {
			b.strong = map[int]*location{}
		}
		b.strong[at] = l
	}
	return l
}

// observe is the strong read by t of a location. If old, it may be an old version. If
// not, it is part of an atomic operation: what reads that, comes after all that led to it.
func (t *thread) observe(b *Buffer, at, size int, old bool) uint64 {
	l := b.makeLocation(at, size)
	c := b.cells[at/b.grain]
	if c.write == 0 {
		t.fail("byte %d of %s is not set", at, b.name)
	}
	if !c.write.strong() {
		t.after(c.write, b, at)
	}
	last := len(l.versions) - 1
	first := last
	for old && first > l.seen[t.id] && !t.ordered(l.versions[first].write) {
		first--
	}
	i := first + t.launch.rand.IntN(last-first+1)
	l.seen[t.id] = i
	if old {
		l.readers[t.id] = t.stamp
	}
	k := &t.warp.know[t.lane]
	k.pending = union(k.pending, l.versions[i].message)
	return l.versions[i].value
}

// add is the atomic addition by t to a location. It returns the sum before.
func (t *thread) add(b *Buffer, at, size int, v uint64) uint64 {
	old := t.observe(b, at, size, false)
	t.writes(b, at/b.grain, true)
	b.set(at, size, old+v)
	l := b.strong[at]
	message := union(l.versions[len(l.versions)-1].message, t.warp.know[t.lane].released)
	l.versions = append(l.versions, version{b.value(at, size, false), message, t.stamp})
	l.seen[t.id] = len(l.versions) - 1
	return old
}
