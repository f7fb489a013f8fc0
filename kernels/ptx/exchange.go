package ptx

import "math/bits"

// meeting lets lanes that wait at an instruction of a warp go on, if all are there that
// their mask names.
func (w *warp) meeting(in *instruction, pc int32) {
	var here uint32
	for m := w.waits; m != 0; m &= m - 1 {
		if lane := bits.TrailingZeros32(m); w.pc[lane] == pc {
			here |= 1 << lane
		}
	}
	if here == 0 {
		return
	}
	members := uint32(w.row(in.from[len(in.from)-1])[bits.TrailingZeros32(here)])
	for m := here; m != 0; m &= m - 1 {
		lane := bits.TrailingZeros32(m)
		if own := uint32(w.row(in.from[len(in.from)-1])[lane]); own != members || own>>lane&1 == 0 {
			w.at(1<<lane).fail("has the mask %#x, where another lane has %#x", own, members)
		}
	}
	if members&w.live&^here != 0 {
		return
	}
	switch in.kind {
	case shuffle:
		w.shuffle(in, here)
	case vote:
		var any uint64
		for m := here; m != 0; m &= m - 1 {
			any |= w.row(in.from[0])[bits.TrailingZeros32(m)]
		}
		for m := here; m != 0; m &= m - 1 {
			w.regs[in.to[0]][bits.TrailingZeros32(m)] = any
		}
	case warpBarrier:
		all := meet(w.knowing(nil, here))
		for m := here; m != 0; m &= m - 1 {
			w.know[bits.TrailingZeros32(m)] = all
		}
		if here == w.all {
			w.meet++
		}
		if w.meet >= 1<<meetBits {
			w.at(here).fail("more meetings than this model can count")
		}
	}
	w.waits &^= here
	w.ready |= here
	w.moveTo(here, pc+1)
}

// shuffle gives each lane the value of another.
func (w *warp) shuffle(in *instruction, here uint32) {
	values, others := *w.row(in.from[0]), w.row(in.from[1])
	clamp := w.row(in.from[2])
	for m := here; m != 0; m &= m - 1 {
		lane := bits.TrailingZeros32(m)
		if clamp[lane] != warpSize-1 {
			w.at(1 << lane).fail("parts of a warp are not modelled")
		}
		other := int(others[lane] & (warpSize - 1))
		if in.butterfly {
			other ^= lane
		}
		if here>>other&1 == 0 {
			w.at(1<<lane).fail("takes a value from lane %d, which does not take part", other)
		}
		w.regs[in.to[0]][lane] = values[other]
		if len(in.to) > 1 {
			w.regs[in.to[1]][lane] = 1
		}
	}
}

// aligned fails unless all of a warp's threads wait at the same barrier of the block.
func (w *warp) aligned() {
	first := w.at(w.waits)
	for m := w.waits; m != 0; m &= m - 1 {
		lane := bits.TrailingZeros32(m)
		in := &w.launch.kernel.code[w.pc[lane]]
		if in.kind != blockBarrier || w.pc[lane] != w.pc[first.lane] {
			first.fail("the warp has parted: %s waits in line %d", w.launch.place(w.thread(lane, in).id), in.line)
		}
	}
}

// knowing appends what lanes know to a list.
func (w *warp) knowing(list []knowledge, lanes uint32) []knowledge {
	for m := lanes; m != 0; m &= m - 1 {
		list = append(list, w.know[bits.TrailingZeros32(m)])
	}
	return list
}

// fence makes known what was pending, and releases all that is known.
func (w *warp) fence(in *instruction, active []uint8) {
	for _, lane := range active {
		t := w.thread(int(lane), in)
		w.ticks[lane]++
		if w.ticks[lane] >= 1<<tickBits {
			t.fail("more fences than this model can count")
		}
		k := &w.know[lane]
		k.known, k.pending = union(k.known, k.pending), nil
		k.released = k.known.with(w.block.index, w.block.epoch, map[int]moment{t.id: {w.block.epoch, w.ticks[lane]}})
		w.dirty &^= 1 << lane
	}
}

// memory loads, stores or adds, lane by lane.
func (w *warp) memory(in *instruction, active []uint8) {
	t := w.thread(int(active[0]), in)
	address, a := w.row(in.from[0]), &in.access
	elements := max(len(in.to), len(in.from)-1)
	if in.kind == atomicAdd {
		elements = 1
	}
	var addresses []uint64
	for _, lane := range active {
		t.move(int(lane), in)
		at := address[lane] + uint64(a.offset)
		if shared := at>>bufferBits == 0; a.space == "shared" && !shared || a.space == "global" && shared {
			t.fail("%#x is no address in %s memory", at, a.space)
		}
		if t.device.CountTraffic {
			addresses = append(addresses, at)
		}
		b, offset := t.find(at, a.size*elements)
		t.check(in, b, offset, a.size*elements)
		for i := range elements {
			at := offset + i*a.size
			switch {
			case in.kind == atomicAdd:
				w.regs[in.to[0]][lane] = t.add(b, at, a.size, w.row(in.from[1])[lane])
			case in.kind == store:
				b.set(at, a.size, w.row(in.from[1+i])[lane])
			case a.strong:
				w.regs[in.to[i]][lane] = t.observe(b, at, a.size, true)
			default:
				w.regs[in.to[i]][lane] = b.value(at, a.size, a.signed)
			}
		}
	}
	if t.device.CountTraffic {
		t.device.Counts.request(in, addresses, a.size*elements)
	}
}

// check notes that t reads or writes n bytes of b.
func (t *thread) check(in *instruction, b *Buffer, offset, n int) {
	a := &in.access
	switch {
	case b.cells == nil && in.kind == load:
		return
	case b.cells == nil:
		t.fail("%s is constant", b.name)
	case a.constant:
		t.fail("ld.nc of %s, which is not constant", b.name)
	case a.size < b.grain:
		t.fail("%s has elements of %d bytes", b.name, b.grain)
	}
	if t.dirty |= 1 << t.lane; a.strong {
		return // the operation notes it
	}
	for i := offset / b.grain; i*b.grain < offset+n; i++ {
		if in.kind == store {
			t.writes(b, i, false)
		} else {
			t.reads(b, i)
		}
	}
}
