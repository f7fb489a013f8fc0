// Package checkpoint is a run on the disk: all that it takes to go on as if it
// had never stopped, in one file that is whole or refused.
package checkpoint

import (
	"fmt"

	"mnistgpu/internal/model"
)

// State is a run after some of its steps. It is plain data; what the names mean
// is up to the trainer.
type State struct {
	// Settings are what the run depends on, such as the network, the hash of
	// the data and the backend. A run with others cannot go on from here.
	Settings map[string]string

	Step   int // steps done
	Epoch  int // epochs begun
	Cursor int // images of this epoch that were seen

	Order     []int32 // of the images in this epoch
	Generator []byte  // state of the random numbers

	// Tensors are the parameters and the optimizer's state. Each name is there
	// once.
	Tensors []model.Tensor

	// Loss and Hits are those of the steps up to Step that no line of the
	// history covers yet, or that the next line needs.
	Loss []float64
	Hits []int32

	// History has a column for each figure, all of one length.
	History []Column

	// Numbers are whatever else a run counts, such as its seconds.
	Numbers map[string]float64
}

// Column is one figure of every line of the history.
type Column struct {
	Name   string
	Values []float64
}

// An Error is a fault of a checkpoint.
type Error struct {
	Path string // the file or folder at fault, or empty if only its content is known
	Err  error  // what is wrong, and what should be
}

// Error returns one line: the path, what is wrong, and what should be.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap returns what is wrong, without the path.
func (e *Error) Unwrap() error { return e.Err }

func faultf(format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...)}
}
