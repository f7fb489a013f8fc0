package kernel

// An FMALoop does nothing but fused multiply-adds, in registers: no code with
// such vectors can be faster.
type FMALoop struct {
	run   func(iterations int)
	flops int // of an iteration
}

// Run takes so many iterations and returns the number of operations in them, of
// which a multiply-add has two for each number.
func (l *FMALoop) Run(iterations int) (flops float64) {
	l.run(iterations)
	return float64(l.flops) * float64(iterations)
}

// Peak returns the loop with the vectors of the set of the given name, or with
// the widest that the processor has if there is no such set. It is nil where
// there is no loop for them.
func Peak(name string) *FMALoop {
	loops := fmaLoops()
	for _, set := range Sets() {
		if set.Name == name {
			return loops[name]
		}
	}
	for _, name := range []string{"avx512", "avx2"} {
		if loops[name] != nil {
			return loops[name]
		}
	}
	return nil
}
