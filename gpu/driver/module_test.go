//go:build cuda && linux

package driver

import (
	"fmt"
	"slices"
	"testing"
)

// TestFirstLaunchIsRecorded records a kernel that has never run, with a driver that puts
// off loading it and has a call to make up for that, or has none.
func TestFirstLaunchIsRecorded(t *testing.T) {
	for _, has := range []bool{true, false} {
		t.Run(fmt.Sprint(has), func(t *testing.T) {
			d, simulated := open(t)
			simulated.SetFuncLoad(has)
			axpy := kernel(t, d, "test_axpy")
			x, y := upload(t, d, sequence(3)), upload(t, d, sequence(3))
			graph, err := d.Record(func() error {
				return d.Launch(axpy, Dim{}, Dim{X: 3}, 0, y.Arg(), x.Arg(), Float(1), Int(3))
			})
			must(t, err)
			must(t, graph.Launch())
			if got := download(t, d, y, 3); !slices.Equal(got, []float32{2, 4, 6}) {
				t.Errorf("got %v", got)
			}
		})
	}
}
