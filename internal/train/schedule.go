package train

import (
	"math"
)

// Schedule says how the learning rate changes over a run. Lengths are in epochs, which
// with a full batch are steps.
type Schedule struct {
	Kind     string  // const, step, exp, cosine, triangular or onecycle
	Period   float64 // epochs of a stage of step, a decay of exp or a cycle of triangular; 0 means a third of the run
	Decay    float64 // of step and exp: factor on the rate per period
	Min      float64 // the rate where cosine ends, and where triangular and onecycle start
	PctStart float64 // of onecycle: fraction of the run in which the rate rises
	Warmup   float64 // epochs in which the rate rises linearly from 0 to where the schedule starts
}

// The kinds of Schedule.
const (
	constantRate   = "const"
	stepRate       = "step"
	expRate        = "exp"
	cosineRate     = "cosine"
	triangularRate = "triangular"
	oneCycleRate   = "onecycle"
)

// Schedules lists the kinds of Schedule.
func Schedules() []string {
	return []string{constantRate, stepRate, expRate, cosineRate, triangularRate, oneCycleRate}
}

// learningRate is the learning rate of a step of the run p, counted from 0. A warm-up
// of W steps gives step s the fraction (s+1)/(W+1) of the rate that the schedule starts
// with (Goyal et al., arXiv 1706.02677, 2.2); the schedule covers the other steps.
func (c Config) learningRate(step int, p plan) float64 {
	warmup := 0
	if c.Warmup > 0 {
		warmup = p.stepsIn(c.Warmup)
	}
	period := max(1, (p.steps-warmup)/3)
	if c.Schedule.Period > 0 {
		period = p.stepsIn(c.Schedule.Period)
	}
	if step < warmup {
		first := c.Schedule.rate(c.LearningRate, 0, p.steps-warmup, period)
		return first * float64(step+1) / float64(warmup+1)
	}
	return c.Schedule.rate(c.LearningRate, step-warmup, p.steps-warmup, period)
}

// Rates returns the learning rate of each step of a whole run whose epochs have
// perEpoch steps. The result is empty if the warm-up leaves no step to the schedule.
func (c Config) Rates(perEpoch int) []float64 {
	p := plan{perEpoch: perEpoch, steps: c.Steps}
	if p.steps == 0 {
		p.steps = c.Epochs * perEpoch
	}
	if c.onlyWarmsUp(p) {
		return nil
	}
	rates := make([]float64, p.steps)
	for step := range rates {
		rates[step] = c.learningRate(step, p)
	}
	return rates
}

// rate is the learning rate of step s of T, whose highest is peak, with low for
// Min and D for Decay, by kind:
//
//	step        peak·D^⌊s/period⌋
//	exp         peak·D^(s/period)
//	cosine      low + (peak-low)·(1+cos(π·s/T))/2
//	triangular  low + (peak-low)·(1-|2x-1|), x the part of the cycle that is over
//	onecycle    see oneCycle
//
// The cosine is that of Loshchilov and Hutter (arXiv 1608.03983) without restarts, and
// the triangle that of Smith (arXiv 1506.01186).
func (s Schedule) rate(peak float64, step, steps, period int) float64 {
	switch s.Kind {
	case constantRate:
		return peak
	case stepRate:
		return peak * math.Pow(s.Decay, float64(step/period))
	case expRate:
		return peak * math.Pow(s.Decay, float64(step)/float64(period))
	case cosineRate:
		return anneal(peak, s.Min, float64(step)/float64(steps))
	case triangularRate:
		x := float64(step%period) / float64(period)
		return s.Min + (peak-s.Min)*(1-math.Abs(2*x-1))
	case oneCycleRate:
		return oneCycle(s.Min, peak, s.PctStart, float64(step), float64(steps))
	}
	panic("train: unknown schedule")
}

// oneCycle goes from low to peak at step rise·steps-1, and from there to low/1e4
// at the last step, both along half a cosine: the policy of Smith and Topin (arXiv
// 1708.07120) with the two phases and the numbers of PyTorch's OneCycleLR.
func oneCycle(low, peak, rise, step, steps float64) float64 {
	top, last := max(rise*steps-1, 0), steps-1
	switch {
	case step < top:
		return anneal(low, peak, step/top)
	case last <= top:
		return peak
	}
	return anneal(peak, low/1e4, (step-top)/(last-top))
}

// anneal goes from a at t = 0 to b at t = 1 along half a cosine.
func anneal(a, b, t float64) float64 { return b + (a-b)*(1+math.Cos(math.Pi*t))/2 }
