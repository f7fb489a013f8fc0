package ptx

import (
	"slices"
	"strings"
)

// Counts are what launches have done.
type Counts struct {
	// Lines counts how often the instruction in a line of PTX ran.
	Lines map[int]Run

	// Classes counts by what instructions do: fma, add, bar, ld.shared and so on.
	Classes map[string]Run

	// Traffic is that of the classes that go to memory.
	Traffic map[string]Traffic
}

// Run counts how often an instruction ran, by warps and by threads. Lanes that run apart
// count as warps of their own.
type Run struct{ Warps, Threads int }

// Traffic is what accesses to memory move. A request is what the lanes of a warp ask for
// together.
type Traffic struct {
	Requests, Bytes int

	// Parts is the least that the hardware takes to answer: in global memory the aligned
	// sectors of 32 bytes that a request touches; in shared memory passes over the 32
	// banks, each of which gives one word of four bytes to all lanes that ask for it.
	Parts int
}

func (r Run) plus(o Run) Run { return Run{r.Warps + o.Warps, r.Threads + o.Threads} }

// class is what an instruction does.
func (in *instruction) class() string {
	name, _, _ := strings.Cut(in.op, ".")
	switch {
	case in.access.size == 0:
		return name
	case in.access.space == "":
		return name + ".generic"
	}
	return name + "." + in.access.space
}

// add adds what a launch has run.
func (c *Counts) add(l *launch) {
	if c.Lines == nil {
		c.Lines, c.Classes = map[int]Run{}, map[string]Run{}
	}
	for i, r := range l.runs {
		if in := &l.kernel.code[i]; r.Warps > 0 {
			c.Lines[int(in.line)] = c.Lines[int(in.line)].plus(r)
			c.Classes[in.class()] = c.Classes[in.class()].plus(r)
		}
	}
}

// request adds what lanes ask for at addresses, n bytes each.
func (c *Counts) request(in *instruction, addresses []uint64, n int) {
	if c.Traffic == nil {
		c.Traffic = map[string]Traffic{}
	}
	t := c.Traffic[in.class()]
	t.Requests++
	t.Bytes += len(addresses) * n
	if addresses[0]>>bufferBits > 0 {
		t.Parts += len(units(addresses, n, 32))
	} else {
		t.Parts += passes(addresses, n)
	}
	c.Traffic[in.class()] = t
}

// units returns the aligned units that the accesses touch, each once.
func units(addresses []uint64, n, unit int) []uint64 {
	var list []uint64
	for _, a := range addresses {
		for i := a / uint64(unit); i <= (a+uint64(n)-1)/uint64(unit); i++ {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// passes returns how many words the busiest bank has to give.
func passes(addresses []uint64, n int) int {
	var banks [32]int
	for _, word := range units(addresses, n, 4) {
		banks[word%32]++
	}
	return slices.Max(banks[:])
}
