package report

import (
	"mnistgpu/internal/draw"
	"mnistgpu/internal/run"
)

// parts are the data sets whose loss and accuracy a history may have.
var parts = []struct{ name, loss, accuracy string }{
	{"training", "loss", "train_accuracy"},
	{"validation", "val_loss", "val_accuracy"},
	{"test", "test_loss", "test_accuracy"},
}

// history returns a panel with the losses and one with the accuracies.
func history(h *run.History) []draw.Panel {
	x, unit := axis(h)
	loss, accuracy := lossPanel("Loss", unit), accuracyPanel("Accuracy", unit)
	for _, part := range parts {
		if y := h.Column(part.loss); y != nil {
			loss.Curves = append(loss.Curves, draw.Curve{Name: part.name, X: x, Y: y})
		}
		if y := h.Column(part.accuracy); y != nil {
			accuracy.Curves = append(accuracy.Curves, draw.Curve{Name: part.name, X: x, Y: percents(y)})
		}
	}
	return []draw.Panel{loss, accuracy}
}

func lossPanel(title, unit string) draw.Panel {
	return draw.Panel{Title: title, X: unit, Y: "mean cross-entropy, nats", Whole: true}
}

func accuracyPanel(title, unit string) draw.Panel {
	return draw.Panel{Title: title, X: unit, Y: "correctly classified, %", Whole: true, Top: 100}
}

// ratePoints is the approximate number of points of the learning rate curve.
const ratePoints = 1000

// rates returns a panel with the learning rates.
func (r *Run) rates() draw.Panel {
	_, unit := axis(r.History)
	perStep := 1.0
	if unit == "epoch" {
		perStep = r.Summary.Epochs / float64(r.Summary.Steps)
	}
	curve := draw.Curve{Name: "learning rate"}
	for step := 0; step < len(r.Rates); step += 1 + len(r.Rates)/ratePoints {
		curve.X = append(curve.X, float64(step)*perStep)
		curve.Y = append(curve.Y, r.Rates[step])
	}
	return draw.Panel{Title: "Learning rate", X: unit, Whole: true, Curves: []draw.Curve{curve}}
}

// axis returns the values and the unit of the horizontal axis: epochs, or steps if a
// run had fewer than two epochs or each step was one.
func axis(h *run.History) (x []float64, unit string) {
	steps, epochs := h.Column("step"), h.Column("epoch")
	last := h.Len - 1
	if h.Len == 0 || epochs[last] < 2 || epochs[last] == steps[last]+1 {
		return steps, "step"
	}
	return epochs, "epoch"
}

// percents converts fractions of 1 to percentages.
func percents(fractions []float64) []float64 {
	list := make([]float64, len(fractions))
	for i, f := range fractions {
		list[i] = 100 * f
	}
	return list
}
