package kernels

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mnistgpu/kernels/ptx"
)

// A mutant is kernels.ptx with one instruction changed.
type mutant struct {
	line         int
	change       string
	before, text string // the instruction, and what takes its place
}

func (m mutant) String() string {
	return fmt.Sprintf("line %d, %s: %s -> %s", m.line, m.change, m.before, m.text)
}

var (
	comparison = strings.NewReplacer(".lt.", ".le.", ".le.", ".lt.", ".gt.", ".ge.", ".ge.", ".gt.", ".eq.", ".ne.", ".ne.", ".eq.",
		".leu.", ".geu.", ".geu.", ".leu.", ".num.", ".nan.")
	opposite = map[string]string{
		"add": "sub", "sub": "add", "min": "max", "max": "min", "shl": "shr", "and": "or", "or": "and", "div": "rem", "rem": "div",
	}
	instructionText = regexp.MustCompile(`^(@%p\d+ )?([a-z][\w.]*)\s+(.*);$`)
	literal         = regexp.MustCompile(`^-?\d+$`)
	offsetText      = regexp.MustCompile(`\+(\d+)\]`)
)

// mutants returns the changes of one line that make sense: the instruction is dropped,
// and each of its parts is another one.
func mutants(line int, text string) (list []mutant) {
	text = strings.TrimSpace(text)
	parts := instructionText.FindStringSubmatch(text)
	add := func(change, to string) {
		if to != text {
			list = append(list, mutant{line, change, text, to})
		}
	}
	if parts == nil {
		if text == "membar.gl;" {
			add("drop", "")
		}
		return list
	}
	guard, op, args := parts[1], parts[2], strings.Split(parts[3], ", ")
	join := func(op string, args ...string) string { return op + " " + strings.Join(args, ", ") + ";" }
	name, kind, _ := strings.Cut(op, ".")
	replaced := func(i int, arg string) []string {
		changed := slices.Clone(args)
		changed[i] = arg
		return changed
	}
	if guard == "" || name == "bra" {
		add("drop", "")
	}
	switch name {
	case "bra":
		if guard != "" {
			add("other branch", strings.Replace(text, "@%", "@!%", 1))
		}
	case "setp":
		add("comparison", join(comparison.Replace(op), args...))
	case "selp":
		add("swap", join(op, args[0], args[2], args[1], args[3]))
	case "fma":
		add("no addend", join("mul.f32", args[:3]...))
		add("no factor", join("add.f32", args[0], args[1], args[3]))
	case "ld", "st", "atom":
		if m := offsetText.FindStringSubmatch(text); m != nil && !strings.Contains(op, "param") {
			n, _ := strconv.Atoi(m[1])
			add("address", strings.Replace(text, m[0], fmt.Sprintf("+%d]", n+4), 1))
		}
		add("weak", strings.Replace(text, ".volatile", "", 1))
		add("cached", strings.Replace(text, ".cg", "", 1))
	case "cvt":
		add("not saturated", strings.Replace(text, "cvt.sat.f32.f32", "mov.f32", 1))
	case "vote":
		add("own", join("mov.pred", args[:2]...))
	case "shfl":
		add("own", join("mov.b32", strings.Split(args[0], "|")[0], args[1]))
	}
	if other := opposite[name]; other != "" && !strings.HasSuffix(op, "64") && !(name == "div" && kind == "rn.f32") {
		to := strings.NewReplacer("shr.b32", "shr.u32").Replace(other + "." + kind)
		add("operation", join(to, args...))
	}
	for i, arg := range args {
		if literal.MatchString(arg) && i > 0 && name != "bar" && name != "mov" {
			n, _ := strconv.Atoi(arg)
			add("constant", join(op, replaced(i, strconv.Itoa(n+1))...))
		}
	}
	if name == "mul" && kind == "f32" {
		add("operation", join("add.f32", args...))
	}
	if op == "div.rn.f32" {
		add("operation", join("mul.f32", args...))
	}
	return list
}

// subject is a kernel with the trials that have to find its mutants.
type subject struct {
	functions string // pattern of their names
	trials    []trial
	each      int // how many of a form are tried
}

func subjects() map[string]subject {
	all := trials(false)
	of := func(prefix string, list []trial) []trial {
		return slices.DeleteFunc(list, func(t trial) bool { return !strings.HasPrefix(t.name, prefix) })
	}
	return map[string]subject{
		"two_layer_sgd":  {`two_layer_sgd|_Z\w+`, all["two layers"], 2},
		"classifier":     {`classifier`, of("classifier,", trials(false)["classifier"]), 2},
		"classifier_sgd": {`classifier_sgd`, of("classifier_sgd,", all["classifier"]), 1},
		"cross_entropy":  {`cross_entropy`, all["losses"], 2},
		"adam_step":      {`adam_step`, of("adam_step,", all["updates"]), 3},
	}
}

// hunter runs the trials of a subject on mutants.
type hunter struct {
	module *ptx.Module
	trials []trial // the quickest first
	ways   []*machine
	ran    map[int]bool // lines
}

// newHunter runs the trials on the shipped module: they have to pass.
func newHunter(t *testing.T, list []trial) *hunter {
	h := &hunter{module: shipped(t), ran: map[int]bool{}}
	cost := map[string]int{}
	for _, way := range ways(1) {
		m := way.prepare(h.module)
		m.count = true
		limits := map[string]int{}
		for _, trial := range list {
			s, err := m.try(trial)
			if err != nil {
				t.Fatal(err)
			}
			for line := range s.device.Counts.Lines {
				h.ran[line] = true
			}
			cost[trial.name] += s.device.Instructions
			limits[trial.name] = 2*s.device.Instructions + 1<<16
		}
		m.limits, m.count = limits, false
		h.ways = append(h.ways, m)
	}
	h.trials = slices.Clone(list)
	slices.SortStableFunc(h.trials, func(a, b trial) int { return cmp.Compare(cost[a.name], cost[b.name]) })
	return h
}

// find returns what a mutant does wrong, or nil if no trial shows it.
func (h *hunter) find(t *testing.T, m mutant) error {
	module, err := h.module.Replace(m.line, m.text)
	if err != nil {
		t.Fatal(err)
	}
	machines := make([]*machine, len(h.ways))
	for i, way := range h.ways {
		machines[i] = way.prepare(module)
		machines[i].limits = way.limits
	}
	for _, trial := range h.trials {
		for _, m := range machines {
			if _, err := m.try(trial); err != nil {
				return err
			}
		}
	}
	return nil
}

// sample returns all mutants of instructions that run, or some of each form of
// instruction and change.
func (h *hunter) sample(functions string, of func(form []mutant) []mutant) (list []mutant) {
	header := regexp.MustCompile(`^\.(?:visible \.entry|func) (\w+)\(`)
	wanted := regexp.MustCompile(`^(` + functions + `)$`)
	forms := map[string][]mutant{}
	name := ""
	for i, text := range strings.Split(PTX, "\n") {
		if m := header.FindStringSubmatch(text); m != nil {
			name = m[1]
		}
		if !wanted.MatchString(name) || !h.ran[i+1] {
			continue
		}
		for _, m := range mutants(i+1, text) {
			form := name + " " + strings.Fields(strings.TrimPrefix(m.before, "@"))[0] + " " + m.change
			forms[form] = append(forms[form], m)
		}
	}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		list = append(list, of(forms[form])...)
	}
	return list
}

func TestMutantsAreFound(t *testing.T) {
	for name, subject := range subjects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHunter(t, subject.trials)
			random := rand.New(rand.NewPCG(1, 2))
			list := h.sample(subject.functions, func(form []mutant) []mutant {
				random.Shuffle(len(form), func(i, j int) { form[i], form[j] = form[j], form[i] })
				return form[:min(len(form), subject.each)]
			})
			if !long {
				random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				list = list[:8]
			}
			found := 0
			for _, m := range list {
				if h.find(t, m) != nil {
					found++
				} else {
					t.Errorf("not found: %v", m)
				}
			}
			t.Logf("%d of %d mutants found", found, len(list))
		})
	}
}
