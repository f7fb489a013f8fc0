package ptx

import (
	"cmp"
	"slices"
)

// place gives each register of a function a slot from base on, and each slot to one
// register at a time: nvcc names thousands, of which some hundred hold a value at once.
// It returns the slots by name, and how many there are.
func place(body []draft, base slot) (frame map[string]slot, slots int) {
	number := map[string]int{}
	index := func(name string) int {
		i, known := number[name]
		if !known {
			i = len(number)
			number[name] = i
		}
		return i
	}
	defs, uses := make([][]int, len(body)), make([][]int, len(body))
	for i, d := range body {
		for _, name := range d.defs {
			defs[i] = append(defs[i], index(name))
		}
		for _, o := range d.uses {
			if o.register != "" && !slices.Contains(special, o.register) {
				uses[i] = append(uses[i], index(o.register))
			}
		}
	}

	intervals := lives(body, defs, uses, len(number))
	names := make([]string, len(number))
	for name, i := range number {
		names[i] = name
	}
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(intervals[a].first, intervals[b].first) })
	frame = map[string]slot{}
	var until []int // the last instruction that needs the slot's register
	for _, i := range order {
		live := intervals[i]
		at := slices.IndexFunc(until, func(last int) bool { return last < live.first })
		if at < 0 {
			at, until = len(until), append(until, 0)
		}
		until[at] = live.last
		frame[names[i]] = base + slot(at)
	}
	return frame, len(until)
}

// interval is where a register has a value that may be read, and where it is written.
type interval struct{ first, last int }

// lives solves the usual equations: a register is live before an instruction that reads
// it, or that does not write it if it is live before one of the next.
func lives(body []draft, defs, uses [][]int, registers int) []interval {
	words := (registers + 63) / 64
	before := make([][]uint64, len(body)+1)
	for i := range before {
		before[i] = make([]uint64, words)
	}
	live := make([]uint64, words)
	for changed := true; changed; {
		changed = false
		for i := len(body) - 1; i >= 0; i-- {
			clear(live)
			for _, next := range following(body, i) {
				for w, bits := range before[next] {
					live[w] |= bits
				}
			}
			for _, r := range defs[i] {
				live[r/64] &^= 1 << (r % 64)
			}
			for _, r := range uses[i] {
				live[r/64] |= 1 << (r % 64)
			}
			if !slices.Equal(live, before[i]) {
				changed = true
				copy(before[i], live)
			}
		}
	}
	list := make([]interval, registers)
	for r := range list {
		list[r] = interval{len(body), -1}
	}
	touch := func(r, i int) {
		list[r].first, list[r].last = min(list[r].first, i), max(list[r].last, i)
	}
	for i := range body {
		for r := range registers {
			if before[i][r/64]>>(r%64)&1 != 0 {
				touch(r, i)
			}
		}
		for _, r := range defs[i] {
			touch(r, i)
		}
	}
	return list
}

// following returns the instructions that may come after number i.
func following(body []draft, i int) []int {
	switch d := &body[i]; {
	case d.kind == ret:
		return nil
	case d.kind == branch && len(d.uses) == 0:
		return []int{int(d.target)}
	case d.kind == branch:
		return []int{i + 1, int(d.target)}
	}
	return []int{i + 1}
}

// fuse joins each sum with a product that the same run of instructions without a branch
// computed before it. The product stays for others to use.
func fuse(body []draft) {
	targets := map[int32]bool{}
	for _, d := range body {
		if d.kind == branch {
			targets[d.target] = true
		}
	}
	products := map[string][]operand{}
	for i := range body {
		d := &body[i]
		if targets[int32(i)] {
			clear(products)
		}
		join(d, products)
		for _, written := range d.defs {
			delete(products, written)
			for product, factors := range products {
				if slices.ContainsFunc(factors, func(o operand) bool { return o.register == written }) {
					delete(products, product)
				}
			}
		}
		switch {
		case d.op == "mul.f32":
			products[d.defs[0]] = d.uses
		case d.kind != compute && d.kind != load && d.kind != store:
			clear(products)
		}
	}
}

// join makes d, if it adds or subtracts one of the products, one fused instruction.
func join(d *draft, products map[string][]operand) {
	if d.op != "add.f32" && d.op != "sub.f32" {
		return
	}
	for i, o := range d.uses {
		factors, ok := products[o.register]
		if !ok {
			continue
		}
		op := "fma.rn.f32"
		if d.op == "sub.f32" {
			op = []string{"fma.minus.f32", "fma.negate.f32"}[i]
		}
		d.run, d.uses = operations[op], append(slices.Clone(factors), d.uses[1-i])
		return
	}
}
