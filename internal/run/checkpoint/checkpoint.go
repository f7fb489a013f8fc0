// Package checkpoint stores a run on disk: everything needed to continue it as if
// it had never stopped, in one file that is either intact or refused.
package checkpoint

import "mnistgpu/internal/model"

// State is a run after some of its steps. It is plain data; the trainer defines
// what the names mean.
type State struct {
	// Settings are what the run depends on, such as the network, the hash of
	// the data and the backend. A run with different settings cannot continue
	// from this state.
	Settings map[string]string

	Step   int // steps done
	Epoch  int // epochs started
	Cursor int // images seen in this epoch

	Order     []int32 // of the images in this epoch
	Generator []byte  // state of the random numbers

	// Tensors are the parameters and the optimizer's state. Names are unique.
	Tensors []model.Tensor

	// Loss and Hits belong to the steps up to Step that the history does not cover
	// yet, or that its next line needs.
	Loss []float64
	Hits []int32

	// History has a column for each figure, all of the same length.
	History []Column

	// Numbers are whatever else a run keeps count of, such as its seconds.
	Numbers map[string]float64
}

// Column is one figure of every line of the history.
type Column struct {
	Name   string
	Values []float64
}
