package draw

import (
	"fmt"
	"image/color"
	"math"
)

// scale maps accuracies to colours, from the lowest to the highest. It is
// logarithmic in the error rate: 90 to 95 % is as far as 95 to 97.5 %, since both
// halve the errors.
type scale struct{ low, high float64 }

func newScale(rows ...[]float64) scale {
	s := scale{math.Inf(1), math.Inf(-1)}
	for _, row := range rows {
		for _, accuracy := range row {
			if v := shade(accuracy); !math.IsNaN(v) {
				s.low, s.high = min(s.low, v), max(s.high, v)
			}
		}
	}
	return s
}

// shade is the position of an accuracy on the scale. The 1.001 keeps the last
// tenth of a percent from stretching the scale.
func shade(accuracy float64) float64 { return -math.Log(1.001 - accuracy) }

// Ends of the scale. They share one hue: lightness alone carries the value, which
// everyone can see and every printer can print.
var (
	lightest = color.RGBA{0xe6, 0xf0, 0xf8, 0xff}
	darkest  = color.RGBA{0x00, 0x45, 0x7c, 0xff}
)

// part is the position of an accuracy between the ends, from 0 to 1.
func (s scale) part(accuracy float64) float64 {
	if s.high == s.low {
		return 1
	}
	return (shade(accuracy) - s.low) / (s.high - s.low)
}

func (s scale) color(accuracy float64) color.Color {
	return mix(lightest, darkest, s.part(accuracy))
}

// inkOn is a text colour that is legible on the colour of an accuracy.
func (s scale) inkOn(accuracy float64) color.Gray {
	if s.part(accuracy) > 0.5 {
		return ground
	}
	return ink
}

// percent formats an accuracy for a chart.
func percent(accuracy float64) string { return fmt.Sprintf("%.2f", 100*accuracy) }
