package ptx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// draft is an instruction whose registers still have names.
type draft struct {
	instruction
	defs   []string
	uses   []operand
	label  string // of a branch
	callee string
}

// operand is a register, a constant, or a parameter of the kernel, counted from 1.
type operand struct {
	register string
	constant uint64
	param    int
}

// draft turns a statement of f into instructions: one, except where a move splits a
// register in two.
func (l *linker) draft(f *function, s statement, called bool) ([]draft, error) {
	d := draft{instruction: instruction{line: int32(s.line), op: s.op}}
	if s.guard != "" && !strings.HasPrefix(s.op, "bra") {
		return nil, fmt.Errorf("only branches may have a predicate")
	}
	parts := strings.Split(s.op, ".")
	switch parts[0] {
	case "":
		return nil, nil
	case "bra":
		d.kind, d.label, d.negated = branch, s.args[0], s.negated
		if s.guard != "" {
			d.uses = []operand{{register: s.guard}}
		}
		return []draft{d}, nil
	case "ret":
		d.kind = ret
		if called {
			d.uses = []operand{{register: returnAddress}}
		}
		return []draft{d}, nil
	case "call":
		d.kind, d.callee = call, s.args[0]
		if l.module.functions[d.callee] == nil || called {
			return nil, fmt.Errorf("a call of an unknown function or out of a called one")
		}
		d.uses = l.operands(f, s.args[1:])
		return []draft{d}, nil
	case "membar":
		d.kind = fence
		return []draft{d}, nil
	case "nanosleep":
		d.kind = pause
		return []draft{d}, nil
	case "bar":
		d.kind, d.uses = blockBarrier, l.operands(f, s.args)
		if parts[1] == "warp" {
			d.kind = warpBarrier
		}
		return []draft{d}, nil
	case "shfl", "vote":
		d.kind, d.butterfly = shuffle, slices.Contains(parts, "bfly")
		results := 2 // the value, and whether it came from another lane
		if parts[0] == "vote" {
			d.kind, results = vote, 1
		}
		d.defs, d.uses = s.args[:results], l.operands(f, s.args[results:])
		return []draft{d}, nil
	case "ld", "st", "atom":
		if parts[1] != "param" {
			return l.memory(f, s, d, parts)
		}
		s.args = slices.Clone(s.args)
		for i, arg := range s.args {
			s.args[i] = strings.TrimSuffix(strings.Trim(arg, "[]"), "+0")
		}
	}
	return l.computation(f, s, d)
}

func isAddress(arg string) bool { return strings.HasPrefix(arg, "[") }

// computation drafts an instruction that only computes.
func (l *linker) computation(f *function, s statement, d draft) ([]draft, error) {
	d.run = operations[s.op]
	switch {
	case s.op == "mov.b64" && len(s.args) == 3 && isWide(s.args[2]):
		low, high := d, d
		low.run, low.defs, low.uses = operations["mov.low"], s.args[:1], l.operands(f, s.args[2:])
		high.run, high.defs, high.uses = operations["mov.high"], s.args[1:2], l.operands(f, s.args[2:])
		return []draft{low, high}, nil
	case s.op == "mov.b64" && len(s.args) == 3:
		d.run = operations["mov.pair"]
	case s.op == "ex2.approx.ftz.f32":
		d.run = func(a, _, _ uint64) uint64 { return bits32(exp2(f32(a), l.variant.Exp)) }
	case s.op == "bfi.b32":
		start, err := strconv.Atoi(s.args[3])
		length, err2 := strconv.Atoi(s.args[4])
		if err != nil || err2 != nil {
			return nil, fmt.Errorf("a field whose place is not constant")
		}
		d.run = func(a, b, _ uint64) uint64 { return insert(a, b, start, length) }
		s.args = s.args[:3]
	}
	if d.run == nil || len(s.args) < 2 || len(s.args) > 4 {
		return nil, fmt.Errorf("an unknown instruction")
	}
	d.defs, d.uses = s.args[:1], l.operands(f, s.args[1:])
	return []draft{d}, nil
}

func isWide(register string) bool {
	return strings.HasPrefix(register, "%rd") || strings.HasPrefix(register, "%fd")
}

// memory drafts a load, store or atomic addition: the operands are the address, and
// then what is stored.
func (l *linker) memory(f *function, s statement, d draft, parts []string) ([]draft, error) {
	d.kind = map[string]kind{"ld": load, "st": store, "atom": atomicAdd}[parts[0]]
	a := &d.access
	a.strong = d.kind == atomicAdd
	for _, part := range parts[1 : len(parts)-1] {
		switch part {
		case "global", "shared":
			a.space = part
		case "volatile":
			a.strong = true
		case "nc":
			a.constant = true
		case "cg", "v2", "v4": // caches are not modelled; the operands count the elements
		case "add":
			if d.kind != atomicAdd {
				return nil, fmt.Errorf("an unknown instruction")
			}
		default:
			return nil, fmt.Errorf("an unknown way to memory: %s", part)
		}
	}
	element := parts[len(parts)-1]
	width, err := strconv.Atoi(element[1:])
	if err != nil {
		return nil, fmt.Errorf("an unknown type: %s", element)
	}
	a.size = width / 8
	at := slices.IndexFunc(s.args, isAddress)
	if at < 0 {
		return nil, fmt.Errorf("no address")
	}
	base, offset, _ := strings.Cut(strings.Trim(s.args[at], "[]"), "+")
	if offset != "" {
		if a.offset, err = strconv.ParseInt(offset, 10, 64); err != nil {
			return nil, err
		}
	}
	d.defs = s.args[:at]
	a.signed = element[0] == 's' && len(d.defs) == 1 && isWide(d.defs[0])
	d.uses = l.operands(f, append([]string{base}, s.args[at+1:]...))
	return []draft{d}, nil
}

// operands looks up what is not a register.
func (l *linker) operands(f *function, args []string) []operand {
	var list []operand
	for _, arg := range args {
		if v, ok := number(arg); ok {
			list = append(list, operand{constant: v})
		} else if at, ok := l.addresses[arg]; ok {
			list = append(list, operand{constant: at})
		} else if i := slices.IndexFunc(l.params, func(p param) bool { return p.name == arg }); i >= 0 {
			list = append(list, operand{param: i + 1})
		} else {
			list = append(list, operand{register: arg})
		}
	}
	return list
}
