package ptx

import (
	"maps"
	"slices"
)

// A stamp is one access to memory by one thread, or none (0), or all that came before
// the launch (1). Time in a block is counted in barriers. Within them, a thread counts
// its fences, and a warp the times that all its lanes met.
type stamp uint64

const beforeLaunch stamp = 1

// maxThreads is the most threads of a block. Thread t of block b is number
// b·maxThreads + t.
const maxThreads = 1024

const (
	lineBits, threadBits, epochBits, tickBits, meetBits = 16, 23, 15, 4, 5

	threadAt = lineBits
	epochAt  = threadAt + threadBits
	tickAt   = epochAt + epochBits
	meetAt   = tickAt + tickBits
	strongAt = meetAt + meetBits
)

func (s stamp) line() int    { return int(s & (1<<lineBits - 1)) }
func (s stamp) thread() int  { return int(s >> threadAt & (1<<threadBits - 1)) }
func (s stamp) block() int   { return s.thread() / maxThreads }
func (s stamp) epoch() int   { return int(s >> epochAt & (1<<epochBits - 1)) }
func (s stamp) tick() int    { return int(s >> tickAt & (1<<tickBits - 1)) }
func (s stamp) meet() int    { return int(s >> meetAt & (1<<meetBits - 1)) }
func (s stamp) strong() bool { return s>>strongAt != 0 }

// A clock is a set of accesses: of each block those before an epoch, and of some
// threads also those before a tick in an epoch. A nil clock is the empty set. Clocks do
// not change, so that threads share them.
type clock struct {
	blocks  []int32
	threads map[int]moment
}

// block returns the epoch of a block.
func (c *clock) block(i int) int {
	if c == nil || i >= len(c.blocks) {
		return 0
	}
	return int(c.blocks[i])
}

// moment is a thread's time.
type moment struct{ epoch, tick int }

func (m moment) before(n moment) bool {
	return m.epoch < n.epoch || m.epoch == n.epoch && m.tick < n.tick
}

// has reports whether an access is in the set.
func (c *clock) has(s stamp) bool {
	if c == nil {
		return false
	}
	if s.epoch() < c.block(s.block()) {
		return true
	}
	m, ok := c.threads[s.thread()]
	return ok && (moment{s.epoch(), s.tick()}).before(m)
}

// union returns the union of sets.
func union(clocks ...*clock) *clock {
	clocks = slices.DeleteFunc(slices.Compact(clocks), func(c *clock) bool { return c == nil })
	if len(clocks) == 0 {
		return nil
	}
	if clocks = slices.Compact(clocks); len(clocks) == 1 {
		return clocks[0]
	}
	u := &clock{threads: map[int]moment{}}
	for _, c := range clocks {
		u.upTo(len(c.blocks))
		for i, epoch := range c.blocks {
			u.blocks[i] = max(u.blocks[i], epoch)
		}
		for thread, m := range c.threads {
			if u.threads[thread].before(m) {
				u.threads[thread] = m
			}
		}
	}
	u.prune()
	return u
}

// upTo makes room for n blocks.
func (c *clock) upTo(n int) {
	c.blocks = append(c.blocks, make([]int32, max(0, n-len(c.blocks)))...)
}

// prune forgets threads that the epochs of their blocks cover.
func (c *clock) prune() {
	maps.DeleteFunc(c.threads, func(thread int, m moment) bool { return m.epoch < c.block(thread/maxThreads) })
}

// with returns the set with all accesses of a block before an epoch, and those of some
// of its threads before a moment.
func (c *clock) with(block, epoch int, threads map[int]moment) *clock {
	more := &clock{threads: threads}
	more.upTo(block + 1)
	more.blocks[block] = int32(epoch)
	if c == nil {
		return more
	}
	return union(c, more)
}

// knowledge is what a thread knows of the accesses of others, apart from what the
// barriers of its own block order. A release or acquire pattern of the PTX memory model
// is a fence together with a strong write or read:
//
//   - known happened before what the thread does next;
//   - released happened before its last fence, or before one that it knows of, and so
//     goes to whoever reads what it writes next;
//   - pending came with a value that it has read, and is known after the next fence.
//
// A barrier gives each of its threads the union of all. That is right for fences that
// are sequentially consistent, as membar is from sm_70 on: the fence on either side may
// be another thread's than the one that reads or writes.
type knowledge struct{ known, released, pending *clock }

// meet returns what threads know that have met.
func meet(all []knowledge) knowledge {
	clocks := func(of func(k knowledge) *clock) *clock {
		list := make([]*clock, len(all))
		for i, k := range all {
			list[i] = of(k)
		}
		return union(list...)
	}
	return knowledge{
		clocks(func(k knowledge) *clock { return k.known }),
		clocks(func(k knowledge) *clock { return k.released }),
		clocks(func(k knowledge) *clock { return k.pending }),
	}
}
