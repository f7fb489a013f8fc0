package ptx

import (
	"fmt"
	"math"
	"math/bits"
)

// warp is up to 32 threads, each with its own place in the code. Those in ready can
// run, those in waits are at a barrier or exchange until others come.
type warp struct {
	launch *launch
	block  *block
	first  int // thread of the block
	regs   [][warpSize]uint64
	pc     [warpSize]int32
	all    uint32 // the lanes that have threads
	live   uint32
	ready  uint32
	waits  uint32

	know  [warpSize]knowledge
	ticks [warpSize]int // fences since the last barrier
	dirty uint32        // lanes that went to memory since their last fence or barrier
	meet  int           // meetings of all lanes since the last barrier
}

// thread is a lane at an instruction.
type thread struct {
	*warp
	device *Device
	lane   int
	id     int
	line   int
	stamp  stamp
}

func (t *thread) fail(format string, args ...any) {
	panic(&Fault{
		Kernel: t.launch.kernel.Name, Line: t.line, Instruction: t.launch.lines[t.line],
		Thread: t.launch.place(t.id), Text: fmt.Sprintf(format, args...),
	})
}

// op names the instruction of an access.
func (t *thread) op(s stamp) string { return t.launch.lines[s.line()] }

// at returns the first lane of a mask, at its instruction.
func (w *warp) at(mask uint32) *thread {
	lane := bits.TrailingZeros32(mask)
	return w.thread(lane, &w.launch.kernel.code[w.pc[lane]])
}

func (w *warp) thread(lane int, in *instruction) *thread {
	t := &thread{warp: w, device: w.launch.device, line: int(in.line)}
	t.move(lane, in)
	return t
}

// move makes t the thread of another lane.
func (t *thread) move(lane int, in *instruction) {
	t.lane, t.id = lane, t.block.index*maxThreads+t.first+lane
	t.stamp = stamp(in.line) | stamp(t.id)<<threadAt | stamp(t.block.epoch)<<epochAt |
		stamp(t.ticks[lane])<<tickAt | stamp(t.meet)<<meetAt
	if in.access.strong {
		t.stamp |= 1 << strongAt
	}
}

// start fills the special registers.
func (w *warp) start() {
	g := w.launch.grid
	var all [warpSize]uint8
	for lane := range all {
		all[lane] = uint8(lane)
	}
	w.spoil(0, all[:])
	for lane := range warpSize {
		i := w.first + lane
		for r, v := range []int{i % g.Threads.X, i / g.Threads.X, w.block.index % g.Blocks.X, w.block.index / g.Blocks.X, g.Threads.X, g.Blocks.X} {
			w.regs[r][lane] = uint64(v)
		}
	}
}

// pick returns lanes that are ready and at the same instruction, and the nearest
// instruction at which others are. By default they are those that are furthest behind,
// so that lanes come together again as soon as they can.
func (w *warp) pick(s Schedule) (group uint32, other int32) {
	at := int32(math.MaxInt32)
	for m := w.ready; m != 0; m &= m - 1 {
		at = min(at, w.pc[bits.TrailingZeros32(m)])
	}
	rand := w.launch.rand
	if s.Split {
		for at = -1; at < 0; {
			if lane := rand.IntN(warpSize); w.ready>>lane&1 != 0 {
				at = w.pc[lane]
			}
		}
	}
	other = math.MaxInt32
	for m := w.ready; m != 0; m &= m - 1 {
		lane := bits.TrailingZeros32(m)
		if w.pc[lane] == at {
			group |= 1 << lane
		} else if w.pc[lane] > at {
			other = min(other, w.pc[lane])
		}
	}
	if some := group & rand.Uint32(); s.Split && some != 0 && rand.IntN(4) == 0 {
		group = some
	}
	return group, other
}

// run runs lanes until none is ready, one of them pauses, or the quantum has passed.
func (w *warp) run(s Schedule) {
	turn := math.MaxInt
	if s.Quantum > 0 {
		turn = 1 + w.launch.rand.IntN(s.Quantum)
	}
	for w.ready != 0 && turn > 0 {
		group, other := w.pick(s)
		turn -= w.steps(group, other, turn)
	}
}

// steps runs lanes that are at the same instruction, until they part, wait, or come to
// where others are. It returns the number of instructions, or as many as it may run if
// the lanes pause.
func (w *warp) steps(group uint32, other int32, most int) int {
	var lanes [warpSize]uint8
	n := 0
	for m := group; m != 0; m &= m - 1 {
		lanes[n] = uint8(bits.TrailingZeros32(m))
		n++
	}
	active := lanes[:n]
	pc := w.pc[lanes[0]]
	l := w.launch
	for count := 1; ; count++ {
		in := &l.kernel.code[pc]
		l.runs[pc].Warps++
		l.runs[pc].Threads += n
		if l.left -= n; l.left < 0 {
			w.thread(int(lanes[0]), in).fail("does not come to an end")
		}
		pc++
		switch in.kind {
		case compute:
			to, a, b, c := &w.regs[in.to[0]], w.row(in.from[0]), w.row(in.from[1]), w.row(in.from[2])
			for _, lane := range active {
				i := lane & (warpSize - 1)
				to[i] = in.run(a[i], b[i], c[i])
			}
		case branch:
			taken := w.taken(in, active)
			if taken == group {
				pc = in.target
			} else if taken != 0 {
				w.moveTo(group&^taken, pc)
				w.moveTo(taken, in.target)
				return count
			}
		case call:
			w.enter(in, active, pc)
			pc = in.target
		case ret:
			if len(in.from) == 0 {
				w.exit(group)
				return count
			}
			for _, lane := range active {
				w.pc[lane] = int32(w.regs[in.from[0]][lane])
			}
			return count
		case load, store, atomicAdd:
			w.memory(in, active)
		case fence:
			w.fence(in, active)
		case pause:
			w.moveTo(group, pc)
			return most
		default:
			w.moveTo(group, pc-1)
			w.ready &^= group
			w.waits |= group
			if in.kind != blockBarrier {
				w.meeting(in, pc-1)
			}
			return count
		}
		if pc >= other || count >= most {
			w.moveTo(group, pc)
			return count
		}
	}
}

// moveTo moves lanes to an instruction.
func (w *warp) moveTo(group uint32, pc int32) {
	for m := group; m != 0; m &= m - 1 {
		w.pc[bits.TrailingZeros32(m)] = pc
	}
}

// row returns a register or constant of all lanes.
func (w *warp) row(s slot) *[warpSize]uint64 {
	if s < 0 {
		return &w.launch.constants[^s]
	}
	return &w.regs[s]
}

// taken returns the lanes that take a branch.
func (w *warp) taken(in *instruction, active []uint8) (group uint32) {
	for _, lane := range active {
		if len(in.from) == 0 || w.row(in.from[0])[lane] != 0 != in.negated {
			group |= 1 << lane
		}
	}
	return group
}

// spoil gives registers from a slot on any values, for nothing has set them: small
// numbers, so that wrong ones do not always look out of range, or large ones.
func (w *warp) spoil(first slot, active []uint8) {
	for s := int(first); s < len(w.regs); s++ {
		v := w.launch.rand.Uint64()
		for _, lane := range active {
			w.regs[s][lane] = v * uint64(2*lane+1)
			if v&1 == 0 {
				w.regs[s][lane] = v >> (lane & 31) & 3
			}
		}
	}
}

// enter copies arguments and the place to return to.
func (w *warp) enter(in *instruction, active []uint8, pc int32) {
	w.spoil(in.frame, active)
	for _, lane := range active {
		w.regs[in.to[0]][lane] = uint64(pc)
		for i, from := range in.from {
			w.regs[in.to[1+i]][lane] = w.row(from)[lane]
		}
	}
}

// exit ends lanes. Those that wait for them need no longer do so.
func (w *warp) exit(group uint32) {
	w.live &^= group
	w.ready &^= group
	w.block.exited = true
	for m := w.waits; m != 0; m &= m - 1 {
		pc := w.pc[bits.TrailingZeros32(m)]
		if in := &w.launch.kernel.code[pc]; in.kind != blockBarrier {
			w.meeting(in, pc)
		}
	}
}
