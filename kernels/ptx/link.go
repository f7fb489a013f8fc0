package ptx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// kind is what an instruction does, besides computing.
type kind uint8

const (
	compute kind = iota
	branch
	call
	ret
	load
	store
	atomicAdd
	fence
	blockBarrier
	warpBarrier
	shuffle
	vote
	pause
)

// A slot holds a register of all lanes of a warp. Negative slots are constants: ^slot
// is the index of one.
type slot int32

// The first slots hold the special registers.
var special = []string{"%tid.x", "%tid.y", "%ctaid.x", "%ctaid.y", "%ntid.x", "%nctaid.x"}

// instruction is a statement whose names have been looked up.
type instruction struct {
	kind      kind
	line      int32
	op        string
	run       operation // of compute
	to, from  []slot
	target    int32  // of a branch or call
	frame     slot   // the first of what is called
	negated   bool   // the branch is for lanes where the predicate is false
	access    access // of load, store and atomicAdd
	butterfly bool   // of shuffle: the lane is xor'ed
}

// access is how an instruction goes to memory.
type access struct {
	space            string // "global", "shared" or "" for either
	size             int    // of an element
	signed, constant bool
	strong           bool // volatile or atomic: never part of a race with another one
	offset           int64
}

// Kernel is a linked kernel.
type Kernel struct {
	Name      string
	code      []instruction
	params    []param // their values are the last constants
	constants []uint64
	shared    []variable
	slots     int
}

// Variant is what a compiler or a GPU is free to choose.
type Variant struct {
	// Fuse joins mul.f32 and add.f32 as ptxas -O1 to -O3 do; -O0 does not.
	Fuse bool

	// Exp is the end of its error that ex2.approx takes: -1, 0 or 1.
	Exp int
}

// linker turns functions into instructions. All are in one list; the functions that a
// kernel calls come after it.
type linker struct {
	*Kernel
	module    *Module
	variant   Variant
	addresses map[string]uint64 // of shared variables

	entries map[string]int             // where functions begin
	frames  map[string]map[string]slot // registers of functions
	calls   []pendingCall
	pool    map[uint64]slot
}

type pendingCall struct {
	at     int
	callee string
}

// Kernel links the kernel of the given name.
func (m *Module) Kernel(name string, v Variant) (*Kernel, error) {
	f, ok := m.functions[name]
	if !ok {
		return nil, fmt.Errorf("there is no kernel %s", name)
	}
	l := &linker{
		Kernel: &Kernel{Name: name, params: f.params}, module: m, variant: v, addresses: map[string]uint64{},
		entries: map[string]int{}, frames: map[string]map[string]slot{}, pool: map[uint64]slot{},
	}
	l.shared = append(slices.Clone(m.shared), f.shared...)
	for i, v := range l.shared {
		l.addresses[v.name] = sharedAddress(i)
	}
	if err := l.function(f, slot(len(special)), false); err != nil {
		return nil, err
	}
	base := slot(l.slots)
	for i := 0; i < len(l.calls); i++ {
		c := l.calls[i]
		if _, done := l.entries[c.callee]; !done {
			if err := l.function(m.functions[c.callee], base, true); err != nil {
				return nil, err
			}
		}
		l.enter(c)
	}
	// Only now is it known which constants are before those of the parameters.
	for i := range l.code {
		for j, s := range l.code[i].from {
			if s <= paramSlot {
				l.code[i].from[j] = ^slot(len(l.constants)) - (paramSlot - s)
			}
		}
	}
	return l.Kernel, nil
}

// paramSlot and those below it are the kernel's parameters, until all constants are known.
const paramSlot slot = -1 << 20

// enter completes a call: it copies the arguments to the callee's parameters.
func (l *linker) enter(c pendingCall) {
	in, frame := &l.code[c.at], l.frames[c.callee]
	in.target = int32(l.entries[c.callee])
	in.to = []slot{frame[returnAddress]}
	for _, p := range l.module.functions[c.callee].params {
		to, used := frame[p.name]
		if !used {
			to = frame[unused]
		}
		in.to = append(in.to, to)
	}
}

const (
	returnAddress = "return" // the register in which a function finds where it was called
	unused        = "unused" // the register of parameters that a function does not read
)

// function appends the instructions of f, with its registers from slot base on.
func (l *linker) function(f *function, base slot, called bool) error {
	start := len(l.code)
	l.entries[f.name] = start
	var body []draft
	at := make([]int, len(f.statements)+1) // where a statement's instructions begin
	for i, s := range f.statements {
		at[i] = len(body)
		drafts, err := l.draft(f, s, called)
		if err != nil {
			return fmt.Errorf("line %d: %s %s: %w", s.line, s.op, strings.Join(s.args, ", "), err)
		}
		body = append(body, drafts...)
	}
	at[len(f.statements)] = len(body)
	for i := range body {
		if label := body[i].label; label != "" {
			to, ok := f.labels[label]
			if !ok {
				return fmt.Errorf("line %d: there is no label %s", body[i].line, label)
			}
			body[i].target = int32(at[to])
		}
	}
	if l.variant.Fuse {
		fuse(body)
	}
	frame, slots := place(body, base)
	if called {
		frame[unused] = base + slot(slots)
		slots++
	}
	l.frames[f.name] = frame
	l.slots = max(l.slots, int(base)+slots)
	for i := range body {
		d := &body[i]
		for _, r := range d.defs {
			d.to = append(d.to, frame[r])
		}
		for _, o := range d.uses {
			d.from = append(d.from, l.operand(o, frame))
		}
		for d.kind == compute && len(d.from) < 3 {
			d.from = append(d.from, d.from[0])
		}
		if d.kind == branch {
			d.target += int32(start)
		}
		if d.kind == call {
			l.calls = append(l.calls, pendingCall{start + i, d.callee})
			d.frame = base + slot(slots)
		}
		l.code = append(l.code, d.instruction)
	}
	return nil
}

// operand returns the slot of a register, a parameter of the kernel, or a constant.
func (l *linker) operand(o operand, frame map[string]slot) slot {
	switch {
	case o.param > 0:
		return paramSlot - slot(o.param-1)
	case o.register == "":
		s, known := l.pool[o.constant]
		if !known {
			s = ^slot(len(l.constants))
			l.pool[o.constant] = s
			l.constants = append(l.constants, o.constant)
		}
		return s
	}
	if i := slices.Index(special, o.register); i >= 0 {
		return slot(i)
	}
	return frame[o.register]
}

// number returns the value of a literal: 0f and 0d are followed by the bits.
func number(text string) (uint64, bool) {
	if hex, ok := strings.CutPrefix(text, "0f"); ok && len(hex) == 8 {
		v, err := strconv.ParseUint(hex, 16, 32)
		return v, err == nil
	}
	if hex, ok := strings.CutPrefix(text, "0d"); ok && len(hex) == 16 {
		v, err := strconv.ParseUint(hex, 16, 64)
		return v, err == nil
	}
	v, err := strconv.ParseInt(text, 0, 64)
	return uint64(v), err == nil
}
