package browsertest

import "math"

// point is a point on the pad, in fractions of its side.
type point struct{ x, y float64 }

// stroke is a line drawn without lifting the pen.
type stroke []point

// digits are one drawing of each digit.
var digits = [10][]stroke{
	{arc(0.5, 0.5, 0.21, 0.31, -90, -450)},
	{line(0.55, 0.18, 0.47, 0.82)},
	{join(arc(0.5, 0.36, 0.2, 0.18, -170, 40), line(0.65, 0.48, 0.29, 0.8), line(0.29, 0.8, 0.73, 0.79))},
	{join(arc(0.48, 0.34, 0.18, 0.16, -150, 90), arc(0.48, 0.66, 0.2, 0.17, -90, 150))},
	{line(0.38, 0.2, 0.28, 0.55), line(0.28, 0.55, 0.72, 0.53), line(0.62, 0.22, 0.58, 0.84)},
	{join(line(0.39, 0.2, 0.36, 0.46), arc(0.48, 0.62, 0.2, 0.19, -130, 140)), line(0.39, 0.2, 0.68, 0.19)},
	{join(line(0.6, 0.16, 0.4, 0.45), arc(0.48, 0.65, 0.17, 0.17, -150, -510))},
	{join(line(0.28, 0.23, 0.71, 0.22), line(0.71, 0.22, 0.45, 0.83))},
	{join(arc(0.5, 0.34, 0.15, 0.15, -60, -270), arc(0.5, 0.67, 0.18, 0.17, -90, 270), arc(0.5, 0.34, 0.15, 0.15, 90, -60))},
	{join(arc(0.49, 0.36, 0.17, 0.17, -20, -370), line(0.66, 0.38, 0.6, 0.84))},
}

// turned rotates a drawing by a quarter turn about the middle of the pad.
func turned(strokes []stroke) []stroke {
	var result []stroke
	for _, s := range strokes {
		var t stroke
		for _, p := range s {
			t = append(t, point{1 - p.y, p.x})
		}
		result = append(result, t)
	}
	return result
}

// line goes from one point to another in twelve steps.
func line(fromX, fromY, toX, toY float64) stroke {
	const steps = 12
	var s stroke
	for i := range steps + 1 {
		t := float64(i) / steps
		s = append(s, point{fromX + t*(toX-fromX), fromY + t*(toY-fromY)})
	}
	return s
}

// arc is a part of an ellipse; angles are in degrees, clockwise from the right.
func arc(x, y, radiusX, radiusY, from, to float64) stroke {
	const degrees = 12 // a step
	steps := math.Ceil(math.Abs(to-from) / degrees)
	var s stroke
	for i := range int(steps) + 1 {
		angle := (from + (to-from)*float64(i)/steps) * math.Pi / 180
		s = append(s, point{x + radiusX*math.Cos(angle), y + radiusY*math.Sin(angle)})
	}
	return s
}

// join draws one part after the other without lifting the pen.
func join(parts ...stroke) stroke {
	var s stroke
	for _, p := range parts {
		s = append(s, p...)
	}
	return s
}
