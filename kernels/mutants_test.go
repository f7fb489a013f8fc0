package kernels

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
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
	nth          int // among the same lines of the file
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
			list = append(list, mutant{line: line, change: change, before: text, text: to})
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
	deep      []trial // for those that trials do not find
	each      int     // how many of a form are tried
}

func subjects() map[string]subject {
	all := trials(false)
	of := func(prefix string, list []trial) []trial {
		return slices.DeleteFunc(list, func(t trial) bool { return !strings.HasPrefix(t.name, prefix) })
	}
	return map[string]subject{
		"two_layer_sgd":  {`two_layer_sgd|_Z\w+`, all["two layers"], deepTrials(), 1},
		"classifier":     {`classifier`, of("classifier,", trials(false)["classifier"]), nil, 1},
		"classifier_sgd": {`classifier_sgd`, of("classifier_sgd,", all["classifier"]), nil, 1},
		"cross_entropy":  {`cross_entropy`, all["losses"], nil, 1},
		"adam_step":      {`adam_step`, of("adam_step,", all["updates"]), nil, 3},
	}
}

// hunter runs the trials of a subject on mutants.
type hunter struct {
	module *ptx.Module
	trials []trial        // the quickest first
	limits map[string]int // instructions of a launch, by trial
	ran    map[int]bool   // lines
}

// newHunter runs trials on the shipped module: they have to pass.
func newHunter(t *testing.T, list []trial) *hunter {
	h := &hunter{module: shipped(t), trials: slices.Clone(list), limits: map[string]int{}}
	h.ran = h.pass(t, list)
	slices.SortStableFunc(h.trials, func(a, b trial) int { return cmp.Compare(h.limits[a.name], h.limits[b.name]) })
	return h
}

// pass runs trials on the shipped module and sets their limits. It returns the lines
// that run.
func (h *hunter) pass(t *testing.T, list []trial) map[int]bool {
	ran := map[int]bool{}
	m := ways(1)[0].prepare(h.module)
	for _, trial := range list {
		if h.limits[trial.name] > 0 {
			continue
		}
		s, err := m.try(trial)
		if err != nil {
			t.Fatal(err)
		}
		h.limits[trial.name] = 2*s.device.Instructions + 1<<16
		for line := range s.device.Counts.Lines {
			ran[line] = true
		}
	}
	return ran
}

// find returns what a mutant does wrong, or nil if none of the trials shows it.
func (h *hunter) find(t *testing.T, m mutant, list []trial) error {
	module, err := h.module.Replace(m.line, m.text)
	if err != nil {
		t.Fatal(err)
	}
	h.pass(t, list)
	var machines []*machine
	for _, way := range ways(1) {
		m := way.prepare(module)
		m.limits = h.limits
		machines = append(machines, m)
	}
	for _, trial := range list {
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
	same := map[string]int{}
	name := ""
	for i, text := range strings.Split(PTX, "\n") {
		if m := header.FindStringSubmatch(text); m != nil {
			name = m[1]
		}
		same[text]++
		if !wanted.MatchString(name) || !h.ran[i+1] {
			continue
		}
		for _, m := range mutants(i+1, text) {
			m.nth = same[text]
			form := name + " " + strings.Fields(strings.TrimPrefix(m.before, "@"))[0] + " " + m.change
			forms[form] = append(forms[form], m)
		}
	}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		list = append(list, of(forms[form])...)
	}
	return list
}

// equivalents reads the mutants that no trial can find, with the reasons.
func equivalents(t *testing.T) map[string]string {
	text, err := os.ReadFile("testdata/equivalent_mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	reasons, reason := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if said, ok := strings.CutPrefix(line, "# "); ok {
			reason = said
		} else if line != "" {
			reasons[line] = reason
		}
	}
	return reasons
}

// key is m by its text, which stays the same when lines are added before it.
func (m mutant) key() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s of #%d: %s -> %s", m.change, m.nth, m.before, m.text)), " ")
}

func TestMutantsAreFound(t *testing.T) {
	for name, subject := range subjects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equivalent := equivalents(t)
			h := newHunter(t, subject.trials)
			random := rand.New(rand.NewPCG(1, 2))
			list := h.sample(subject.functions, func(form []mutant) []mutant {
				random.Shuffle(len(form), func(i, j int) { form[i], form[j] = form[j], form[i] })
				return form[:min(len(form), subject.each)]
			})
			if !long {
				random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				list = slices.DeleteFunc(list, func(m mutant) bool { return equivalent[m.key()] != "" })[:6]
			}
			found, same := 0, 0
			for _, m := range list {
				reason := equivalent[m.key()]
				err := h.find(t, m, h.trials)
				if err == nil && reason == "" {
					err = h.find(t, m, subject.deep)
				}
				switch {
				case err != nil && reason != "":
					t.Errorf("%v is found, but listed: %s\n%v", m, reason, err)
				case err != nil:
					found++
				case reason != "":
					same++
				default:
					t.Errorf("not found: %v", m)
				}
			}
			t.Logf("%d mutants: %d found, %d equivalent", len(list), found, same)
		})
	}
}
