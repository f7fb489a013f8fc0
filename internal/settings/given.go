package settings

// Given are the settings that someone chose, by name. All others have their usual
// values.
type Given map[string]Choice

// A Choice is the value of a setting, as it is typed after its flag.
type Choice struct {
	Text   string
	Origin string // how messages call the setting: --lr, MNISTGPU_LR or FILE:3: lr

	// InFile says that the choice was made in a file where it makes sense. If the command
	// line leaves no room for it, it is dropped without a word.
	InFile bool

	force force
}

// force is how much a choice counts.
type force uint8

const (
	chosen   force = iota // someone chose the value
	fallback              // it is a command's own default
	implied               // a file has the value that its other settings imply: it is not applied
)

// Set chooses a value as if its flag had been typed.
func (g Given) Set(name, text string) { g[name] = Choice{Text: text, Origin: "--" + name} }

// Over returns the choices of g and, where g has none, those of weaker. Choices in
// weaker for which g leaves no room are dropped.
func (g Given) Over(weaker Given) Given {
	all := Given{}
	for name, c := range weaker {
		if !g.overrules(Lookup(name)) {
			all[name] = c
		}
	}
	for name, c := range g {
		if _, ok := all[name]; !ok || c.force == chosen {
			all[name] = c
		}
	}
	return all
}

// overrules reports whether the choices leave no room for a weaker one of another
// setting: one of --epochs and --steps excludes the other, and what is for GPUs excludes
// what is for the CPU.
func (g Given) overrules(r *Row) bool {
	if c, ok := g[r.excludes]; ok && c.force == chosen {
		return true
	}
	switch device := g.device(); {
	case device == Any:
		return false
	case r.Name == "backend":
		return true
	default:
		return r.Device != Any && r.Device != device
	}
}

// device returns the kind of device that the choices select.
func (g Given) device() Device {
	for name, c := range g {
		r := lookup(name)
		switch {
		case r == nil || c.force != chosen:
		case r.Device != Any && c.Text != "auto":
			return r.Device
		case name == "backend" && c.Text == "cpu":
			return CPU
		case name == "backend" && c.Text == "cuda":
			return GPU
		}
	}
	return Any
}

// inOneFile prepares the choices of a file for others that are stronger. What the file's
// other settings leave no room for is a mistake, unless the command line makes room. In a
// file that a run has written, what a setting has anyway, because of the others, does not
// count as chosen: one with optimizer = "sgd", lr = 0.5 and momentum = 0 leaves the
// learning rate and the momentum of --optimizer momentum to what is usual.
func (g Given) inOneFile() {
	whole := Given{}
	for name, c := range g {
		if r := lookup(name); r != nil && r.Accepts(c.Text) == nil { // a sweep takes more
			whole[name] = c
		}
	}
	v, err := resolve(whole)
	if err != nil {
		return // the command line may put it right
	}
	written := whole.has("preset") && whole.has("optimizer") && whole.has("lr-schedule")
	for name, c := range whole {
		r := Lookup(name)
		c.Text, c.InFile = r.of(v).String(), r.usedBy(v)
		if written && (r.Default == "" || r.usual != nil) && c.Text == v.without(r) {
			c.force = implied
		}
		g[name] = c
	}
}

func (g Given) has(name string) bool {
	_, ok := g[name]
	return ok
}

// without returns the value that a setting has if it is not given, for the others.
func (v *Values) without(r *Row) string {
	if r.usual != nil {
		if value, _ := r.usual(v); value != "" {
			return value
		}
	}
	return v.off(r)
}
