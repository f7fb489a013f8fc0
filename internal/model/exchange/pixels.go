package exchange

import "mnistgpu/internal/model/fold"

// Pixels says what another program does with a pixel v, from 0 for the background to 255,
// before its network sees it: (Scale·v + Low - Mean) / Deviation. If Inverted, it has
// white paper for the background, and 255 - v takes the place of v.
type Pixels struct {
	Scale, Low      float64
	Inverted        bool
	Mean, Deviation float64
}

// Plain returns what most programs do: pixels from 0 to 1.
func Plain() Pixels { return Pixels{Scale: 1.0 / 255, Deviation: 1} }

// affine is the map from a pixel to the input of the network.
func (p Pixels) affine() fold.Affine {
	scale, shift := p.Scale, p.Low
	if p.Inverted {
		scale, shift = -scale, p.Low+255*p.Scale
	}
	return fold.Affine{Scale: []float64{scale / p.Deviation}, Shift: []float64{(shift - p.Mean) / p.Deviation}}
}
