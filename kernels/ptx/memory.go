package ptx

import (
	"encoding/binary"
	"math"
)

// All memory has one numbering. Each buffer begins at a multiple of 2^32 in global
// memory, and each variable at one of 2^20 in shared memory, whose addresses are below
// 2^32: so an address that leaves its buffer is in no other.
const (
	bufferBits = 32
	sharedBits = 20
)

func sharedAddress(i int) uint64 { return uint64(i+1) << sharedBits }

// Buffer is memory of a device, or a variable in shared memory.
type Buffer struct {
	name    string
	address uint64
	data    []byte
	grain   int    // bytes of a cell
	cells   []cell // nil if nothing may write here
	freed   bool

	others map[int]map[int]*readers // of cells that several blocks read, by block
	strong map[int]*location        // by offset
}

// Device has global memory, and runs kernels.
type Device struct {
	// Schedule chooses who runs when. It may change between launches.
	Schedule Schedule

	// Counts are what all launches have done. Traffic is counted only if CountTraffic is
	// set, as it takes time.
	Counts       Counts
	CountTraffic bool

	// Limit is how many instructions the threads of a launch may run; 0 is no limit.
	Limit int

	// Instructions counts those that the threads of all launches have run.
	Instructions int

	buffers []*Buffer
}

// Alloc returns a buffer of n bytes that are not set. Elements of fewer than four bytes
// have to be told, as accesses to different ones are never a race.
func (d *Device) Alloc(name string, n, element int) *Buffer {
	b := newBuffer(name, uint64(len(d.buffers)+1)<<bufferBits, n, element)
	d.buffers = append(d.buffers, b)
	return b
}

func newBuffer(name string, address uint64, n, element int) *Buffer {
	grain := min(element, 4)
	return &Buffer{name: name, address: address, data: make([]byte, n), grain: grain, cells: make([]cell, (n+grain-1)/grain)}
}

// Write sets the first bytes of b.
func (b *Buffer) Write(data []byte) {
	copy(b.data, data)
	for i := range min(len(b.cells), (len(data)+b.grain-1)/b.grain) {
		b.cells[i].write = beforeLaunch
	}
}

// Freeze makes all of b set and constant: kernels may read it in any way, but not write.
func (b *Buffer) Freeze() { b.cells = nil }

// Free makes every later access to b a fault.
func (b *Buffer) Free() { b.freed = true }

// Bytes returns the contents of b.
func (b *Buffer) Bytes() []byte { return b.data }

// Unset returns the number of the first byte that nothing has set, or -1.
func (b *Buffer) Unset() int {
	for i := range b.cells {
		if b.cells[i].write == 0 {
			return i * b.grain
		}
	}
	return -1
}

// find returns the buffer that holds the n bytes at an address, and their place in it.
func (t *thread) find(address uint64, n int) (*Buffer, int) {
	buffers, i, offset := t.device.buffers, address>>bufferBits, address&(1<<bufferBits-1)
	if i == 0 {
		buffers, i, offset = t.block.shared, address>>sharedBits, address&(1<<sharedBits-1)
	}
	if i == 0 || i > uint64(len(buffers)) {
		t.fail("address %#x is no memory", address)
	}
	b := buffers[i-1]
	switch {
	case b.freed:
		t.fail("%s is freed", b.name)
	case offset+uint64(n) > uint64(len(b.data)):
		t.fail("bytes %d to %d are outside %s, which has %d", int32(offset), int(int32(offset))+n-1, b.name, len(b.data))
	case offset%uint64(n) != 0:
		t.fail("byte %d of %s is no multiple of the access, %d", offset, b.name, n)
	}
	return b, int(offset)
}

// value returns an element of b.
func (b *Buffer) value(at, size int, signed bool) uint64 {
	switch size {
	case 1:
		return uint64(b.data[at])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b.data[at:]))
	case 4:
		v := binary.LittleEndian.Uint32(b.data[at:])
		if signed {
			return uint64(int64(int32(v)))
		}
		return uint64(v)
	}
	return binary.LittleEndian.Uint64(b.data[at:])
}

// set changes an element of b.
func (b *Buffer) set(at, size int, v uint64) {
	switch size {
	case 1:
		b.data[at] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(b.data[at:], uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(b.data[at:], uint32(v))
	default:
		binary.LittleEndian.PutUint64(b.data[at:], v)
	}
}

// settle makes what a launch did to b happen before the next one.
func (b *Buffer) settle() {
	for i := range b.cells {
		if b.cells[i].write != 0 {
			b.cells[i].write = beforeLaunch
		}
		b.cells[i].readers = readers{}
	}
	b.others, b.strong = nil, nil
}

// Float32s returns the bytes of floats, as on a GPU.
func Float32s(values []float32) []byte {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

func (b *Buffer) String() string { return b.name }
