package report

import (
	"testing"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// A summary with steps and epochs that no run can have must not take memory for the
// rates of so many steps.
func TestRatesOfAnImpossibleSummary(t *testing.T) {
	c := train.Preset("default")
	c.Schedule.Kind = "cosine"
	for _, epochs := range []float64{1, 1e-9, 5e-324} {
		if rates := changingRates(&c, &run.Summary{Steps: train.MaxSteps, Epochs: epochs}); rates != nil {
			t.Errorf("%v epochs: %d rates, want none", epochs, len(rates))
		}
	}
	if rates := changingRates(&c, &run.Summary{Steps: 4690, Epochs: 10}); len(rates) != 4690 {
		t.Errorf("%d rates of a run of 4690 steps", len(rates))
	}
}
