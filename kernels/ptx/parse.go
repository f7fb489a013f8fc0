package ptx

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Module is PTX that has been read but not yet linked.
type Module struct {
	functions map[string]*function
	shared    []variable // of the whole module
}

// function is a kernel or what it calls.
type function struct {
	name       string
	params     []param
	shared     []variable
	statements []statement
	labels     map[string]int // to indices of statements
}

type param struct{ kind, name string }

// variable is an array in shared memory. The size of the dynamic one is unknown.
type variable struct {
	name        string
	align, size int
	dynamic     bool
}

// statement is one instruction as text. Braces and bars around operands are gone.
type statement struct {
	line    int
	guard   string // a predicate, or empty
	negated bool
	op      string
	args    []string
}

var (
	functionText = regexp.MustCompile(`(?ms)^(?:\.visible \.entry|\.func) (\w+)\((.*?)\n\)\n(?:\.maxntid [\d, ]+\n)?\{(.*?\n)\}$`)
	paramText    = regexp.MustCompile(`\.param \.(\w+) (\w+)`)
	sharedText   = regexp.MustCompile(`(?m)^(\.extern )?\.shared \.align (\d+) \.[ub]8 (\w+)(?:\[(\d*)\])?;`)
	operandText  = regexp.MustCompile(`\[[^\]]*\]|[^\s,{}()|]+`)
	comment      = regexp.MustCompile(`//[^\n]*`)
)

// Parse reads the PTX that nvcc writes: one statement a line, except calls.
func Parse(text string) (*Module, error) {
	text = comment.ReplaceAllString(text, "")
	m := &Module{functions: map[string]*function{}, shared: variables(text)}
	for _, at := range functionText.FindAllStringSubmatchIndex(text, -1) {
		f := &function{name: text[at[2]:at[3]], labels: map[string]int{}}
		for _, p := range paramText.FindAllStringSubmatch(text[at[4]:at[5]], -1) {
			f.params = append(f.params, param{p[1], p[2]})
		}
		if err := f.parse(text[at[6]:at[7]], 1+strings.Count(text[:at[6]], "\n")); err != nil {
			return nil, err
		}
		m.functions[f.name] = f
	}
	return m, nil
}

func variables(text string) []variable {
	var list []variable
	for _, v := range sharedText.FindAllStringSubmatch(text, -1) {
		align, _ := strconv.Atoi(v[2])
		size, err := strconv.Atoi(v[4])
		if err != nil {
			size = 1 // no array
		}
		list = append(list, variable{v[3], align, size, v[1] != ""})
	}
	return list
}

// parse reads the body of f, which begins on the given line. A brace that opens or
// closes a scope says nothing that the names do not: those of nvcc are unique.
func (f *function) parse(body string, line int) error {
	pending := ""
	for i, text := range strings.Split(body, "\n") {
		text = strings.TrimSpace(text)
		if pending == "" {
			text = strings.TrimSpace(strings.TrimPrefix(text, "{"))
		}
		if before, ok := strings.CutSuffix(text, "}"); ok {
			text = strings.TrimSpace(before)
		}
		pending += text
		switch {
		case strings.HasSuffix(text, ":"):
			f.labels[strings.TrimSuffix(text, ":")] = len(f.statements)
		case strings.HasSuffix(text, ";"):
			if err := f.add(pending, line+i); err != nil {
				return err
			}
		case text != "":
			pending += " " // more on the next line
			continue
		}
		pending = ""
	}
	return nil
}

// add adds the statement in text, which ends on the given line.
func (f *function) add(text string, line int) error {
	if strings.HasPrefix(text, ".") {
		f.shared = append(f.shared, variables(text)...)
		return nil // other declarations add nothing to the uses of what they declare
	}
	if line >= 1<<lineBits {
		return fmt.Errorf("line %d: more lines than this model can number", line)
	}
	s := statement{line: line}
	if rest, guarded := strings.CutPrefix(text, "@"); guarded {
		s.guard, text, _ = strings.Cut(rest, " ")
		s.guard, s.negated = strings.CutPrefix(s.guard, "!")
	}
	fields := strings.Fields(strings.TrimSuffix(text, ";"))
	if len(fields) == 0 {
		return fmt.Errorf("line %d: %q is no statement", line, text)
	}
	s.op = fields[0]
	s.args = operandText.FindAllString(strings.Join(fields[1:], " "), -1)
	f.statements = append(f.statements, s)
	return nil
}

// Replace returns m with another statement in a line, or with none if text is empty.
func (m *Module) Replace(line int, text string) (*Module, error) {
	changed := &Module{maps.Clone(m.functions), m.shared}
	for name, f := range m.functions {
		i, found := slices.BinarySearchFunc(f.statements, line, func(s statement, line int) int { return cmp.Compare(s.line, line) })
		if !found {
			continue
		}
		scratch := &function{statements: []statement{{line: line}}}
		if text != "" {
			scratch.statements = nil
			if err := scratch.add(text, line); err != nil {
				return nil, err
			}
		}
		g := *f
		g.statements = slices.Clone(f.statements)
		g.statements[i] = scratch.statements[0]
		changed.functions[name] = &g
		return changed, nil
	}
	return nil, fmt.Errorf("line %d has no statement", line)
}
