package kernel

// An FMALoop does nothing but fused multiply-adds, in registers: no code with
// such vectors can be faster.
type FMALoop struct {
	run   func(iterations int)
	flops int // of an iteration
}

// Run runs the given number of iterations and returns the number of operations in them.
// A multiply-add counts as two for each element of a vector.
func (l *FMALoop) Run(iterations int) (flops float64) {
	l.run(iterations)
	return float64(l.flops) * float64(iterations)
}

// Peak returns the loop with the vectors of the named set or, if there is no such set,
// with the widest that the processor has. It returns nil if there is no such loop.
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
