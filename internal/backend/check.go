package backend

import "fmt"

// Checked returns ops behind checks of shapes, types and aliases. A violation is a
// caller's bug and panics with the verb, the operand and what it should be. Backends
// pass Checked ops to the step that they capture, and check nothing themselves. The
// result implements [FusedOps] if ops does.
func Checked(ops Ops) Ops {
	if fused, ok := ops.(FusedOps); ok {
		return checkedFused{checked{ops}, fused}
	}
	return checked{ops}
}

type checked struct{ ops Ops }

func (c checked) LinearForward(y Tensor, x Input, w, b Tensor, act Activation) {
	const op = "LinearForward"
	rows, in := checkInput(op, x)
	check(op, "y", y, Float32, rows, w.Cols)
	check(op, "w", w, Float32, in, w.Cols)
	check(op, "b", b, Float32, 1, w.Cols)
	checkActivation(op, act)
	checkApart(op, []Tensor{y}, memory(x, w, b))
	c.ops.LinearForward(y, x, w, b, act)
}

func (c checked) LinearBackwardInput(dx, dy, w, x Tensor, act Activation) {
	const op = "LinearBackwardInput"
	check(op, "dy", dy, Float32, dy.Rows, w.Cols)
	check(op, "w", w, Float32, w.Rows, w.Cols)
	check(op, "dx", dx, Float32, dy.Rows, w.Rows)
	check(op, "x", x, Float32, dy.Rows, w.Rows)
	checkActivation(op, act)
	checkApart(op, []Tensor{dx}, []Tensor{dy, w, x})
	c.ops.LinearBackwardInput(dx, dy, w, x, act)
}

func (c checked) LinearBackwardWeight(dw, db Tensor, x Input, dy Tensor, accumulate bool) {
	const op = "LinearBackwardWeight"
	checkGradient(op, "dw", dw, "db", db, x, dy)
	c.ops.LinearBackwardWeight(dw, db, x, dy, accumulate)
}

func (c checked) LinearSGD(w, b Tensor, x Input, dy Tensor, sgd SGD) {
	const op = "LinearSGD"
	checkGradient(op, "w", w, "b", b, x, dy)
	checkSGD(op, sgd)
	checkApart(op, []Tensor{w, b}, []Tensor{sgd.LearningRate})
	c.ops.LinearSGD(w, b, x, dy, sgd)
}

func (c checked) SGDStep(p, g Tensor, sgd SGD) {
	checkUpdate("SGDStep", sgd, g, operand{"p", p})
	c.ops.SGDStep(p, g, sgd)
}

func (c checked) MomentumStep(p, v, g Tensor, momentum Momentum) {
	checkUpdate("MomentumStep", momentum.SGD, g, operand{"p", p}, operand{"v", v})
	c.ops.MomentumStep(p, v, g, momentum)
}

func (c checked) AdamStep(p, m, v, g Tensor, adam Adam) {
	checkUpdate("AdamStep", adam.SGD, g, operand{"p", p}, operand{"m", m}, operand{"v", v})
	c.ops.AdamStep(p, m, v, g, adam)
}

func (c checked) CrossEntropy(t Tally, dlogits, logits Tensor, labels Rows, scale float32) {
	const op = "CrossEntropy"
	check(op, "logits", logits, Float32, logits.Rows, logits.Cols)
	if !dlogits.IsZero() {
		check(op, "dlogits", dlogits, Float32, logits.Rows, logits.Cols)
		checkApart(op, []Tensor{dlogits}, []Tensor{logits})
	}
	if rows, cols := checkInput(op, labels); rows != logits.Rows || cols != 1 {
		panic(fmt.Sprintf("backend: %s: labels are %dx%d, not %dx1", op, rows, cols, logits.Rows))
	}
	check(op, "tally.Loss", t.Loss, Float64, t.Loss.Rows, 1)
	check(op, "tally.Hits", t.Hits, Int32, t.Loss.Rows, 1)
	check(op, "tally.Step", t.Step, Int32, 1, 1)
	c.ops.CrossEntropy(t, dlogits, logits, labels, scale)
}

func (c checked) Advance(step, cursor Tensor, n int) {
	const op = "Advance"
	if !step.IsZero() {
		check(op, "step", step, Int32, 1, 1)
	}
	if !cursor.IsZero() {
		check(op, "cursor", cursor, Int32, 1, 1)
		checkApart(op, []Tensor{step}, []Tensor{cursor})
	}
	c.ops.Advance(step, cursor, n)
}

// checkGradient checks the operands of x's product with dy, which goes to w, and
// of dy's column sums, which go to b.
func checkGradient(op, wName string, w Tensor, bName string, b Tensor, x Input, dy Tensor) {
	rows, in := checkInput(op, x)
	check(op, "dy", dy, Float32, rows, dy.Cols)
	check(op, wName, w, Float32, in, dy.Cols)
	check(op, bName, b, Float32, 1, dy.Cols)
	checkApart(op, []Tensor{w, b}, memory(x, dy))
	checkApart(op, []Tensor{w}, []Tensor{b})
}

func checkSGD(op string, sgd SGD) {
	check(op, "sgd.LearningRate", sgd.LearningRate, Float32, sgd.LearningRate.Rows, 1)
	check(op, "sgd.Step", sgd.Step, Int32, 1, 1)
}

// operand is an operand with its name.
type operand struct {
	name string
	Tensor
}

// checkUpdate checks the gradient g, the learning rate, and what an update writes. All
// but the rate are of one shape, and no output shares memory with what is read or with
// another output.
func checkUpdate(op string, sgd SGD, g Tensor, outputs ...operand) {
	read := []Tensor{g, sgd.LearningRate}
	for _, o := range append(outputs, operand{"g", g}) {
		check(op, o.name, o.Tensor, Float32, outputs[0].Rows, outputs[0].Cols)
	}
	checkSGD(op, sgd)
	for _, o := range outputs {
		checkApart(op, []Tensor{o.Tensor}, read)
		read = append(read, o.Tensor)
	}
}

func checkActivation(op string, act Activation) {
	if act != Identity && act != ReLU {
		panic(fmt.Sprintf("backend: %s: unknown activation %d", op, act))
	}
}

// checkInput returns the shape of x after checking its parts.
func checkInput(op string, x Input) (rows, cols int) {
	switch x := x.(type) {
	case Tensor:
		check(op, "x", x, Float32, x.Rows, x.Cols)
	case Rows:
		check(op, "rows.Data", x.Data, Uint8, x.Data.Rows, x.Data.Cols)
		check(op, "rows.Order", x.Order, Int32, x.Order.Rows, 1)
		check(op, "rows.Cursor", x.Cursor, Int32, 1, 1)
		if x.Offset < 0 || x.Count <= 0 || x.Offset+x.Count > x.Order.Rows {
			panic(fmt.Sprintf("backend: %s: rows %d to %d of an order of %d", op, x.Offset, x.Offset+x.Count, x.Order.Rows))
		}
	default:
		panic("backend: " + op + ": no input")
	}
	return x.Shape()
}

func check(op, name string, t Tensor, dt DType, rows, cols int) {
	if t.DType != dt || t.Rows != rows || t.Cols != cols || t.Len() <= 0 || t.Buffer == nil {
		panic(fmt.Sprintf("backend: %s: %s is %v, not %dx%d %v", op, name, t, rows, cols, dt))
	}
}

// checkApart panics if one of outputs shares memory with one of others.
func checkApart(op string, outputs, others []Tensor) {
	for _, out := range outputs {
		for _, t := range others {
			if out.Buffer == t.Buffer {
				panic("backend: " + op + ": an output shares its memory")
			}
		}
	}
}

// memory lists the tensors behind x, and those in more.
func memory(x Input, more ...Tensor) []Tensor {
	switch x := x.(type) {
	case Tensor:
		return append(more, x)
	case Rows:
		return append(more, x.Data, x.Order, x.Cursor)
	}
	return more
}
