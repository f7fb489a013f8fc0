package ptx

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const warpSize = 32

// Dim is a number of blocks or threads in two directions; a Y of 0 is 1.
type Dim struct{ X, Y int }

func (d Dim) count() int { return d.X * max(d.Y, 1) }

// Grid is the shape of a launch.
type Grid struct {
	Blocks, Threads Dim
	Shared          int  // bytes of dynamic shared memory
	Cooperative     bool // all blocks run at the same time
}

// Fault is what a kernel did wrong.
type Fault struct {
	Kernel, Instruction string
	Line                int
	Thread              string
	Text                string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%s: line %d, %s of %s: %s", f.Kernel, f.Line, f.Instruction, f.Thread, f.Text)
}

// launch is a running kernel.
type launch struct {
	device    *Device
	kernel    *Kernel
	grid      Grid
	rand      *rand.Rand
	constants [][warpSize]uint64
	runs      []Run // of each instruction
	left      int   // instructions that threads may still run
	runnable  []*warp
	waiting   []int // blocks that have not begun
	turn      int
	lines     map[int]string // instructions by line, for faults
}

// Launch runs a kernel to its end. Arguments are *Buffer, int, float32 or nil, the null
// address. The error is a *Fault if the kernel did something wrong.
func (d *Device) Launch(k *Kernel, g Grid, args ...any) (err error) {
	l := &launch{device: d, kernel: k, grid: g, runs: make([]Run, len(k.code)), left: math.MaxInt, lines: map[int]string{}}
	l.rand = rand.New(rand.NewPCG(d.Schedule.Seed, uint64(len(k.code))))
	if d.Limit > 0 {
		l.left = d.Limit
	}
	if g.Threads.count() > maxThreads || g.Blocks.count()*maxThreads > 1<<threadBits {
		return fmt.Errorf("%s: more threads than this model can number", k.Name)
	}
	if err := l.pass(args); err != nil {
		return err
	}
	for _, in := range k.code {
		l.lines[int(in.line)] = in.op
	}
	begin := l.left
	defer func() {
		d.Instructions += begin - l.left
		d.Counts.add(l)
		for _, b := range d.buffers {
			b.settle()
		}
		if r := recover(); r != nil {
			fault, ok := r.(*Fault)
			if !ok {
				panic(r)
			}
			err = fault
		}
	}()
	l.waiting = l.rand.Perm(g.Blocks.count())
	if d.Schedule == (Schedule{}) {
		for i := range l.waiting {
			l.waiting[i] = i
		}
	}
	resident := max(d.Schedule.Resident, 1)
	if g.Cooperative {
		resident = len(l.waiting)
	}
	for range resident {
		l.begin()
	}
	for len(l.runnable) > 0 {
		l.next()
	}
	return nil
}

// pass checks the arguments and makes constants of them.
func (l *launch) pass(args []any) error {
	k := l.kernel
	if len(args) != len(k.params) {
		return fmt.Errorf("%s has %d parameters, not %d", k.Name, len(k.params), len(args))
	}
	values := append([]uint64{}, k.constants...)
	for i, arg := range args {
		kind, v := "", uint64(0)
		switch arg := arg.(type) {
		case nil:
			kind = "u64"
		case *Buffer:
			kind, v = "u64", arg.address
		case int:
			kind, v = "u32", uint64(uint32(arg))
		case float32:
			kind, v = "f32", uint64(math.Float32bits(arg))
		}
		if kind != k.params[i].kind {
			return fmt.Errorf("parameter %d of %s is of type %s, not %T", i, k.Name, k.params[i].kind, arg)
		}
		values = append(values, v)
	}
	l.constants = make([][warpSize]uint64, len(values))
	for i, v := range values {
		for lane := range warpSize {
			l.constants[i][lane] = v
		}
	}
	return nil
}

// place names a thread.
func (l *launch) place(thread int) string {
	block, t := thread/maxThreads, thread%maxThreads
	return fmt.Sprintf("block %s, thread %s", l.grid.Blocks.name(block), l.grid.Threads.name(t))
}

func (d Dim) name(i int) string {
	if d.Y > 1 {
		return fmt.Sprintf("(%d, %d)", i%d.X, i/d.X)
	}
	return fmt.Sprint(i)
}
