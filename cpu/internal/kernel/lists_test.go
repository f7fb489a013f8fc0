package kernel

import (
	"fmt"
	"testing"
)

// TestListsEqual asks that the lists of all sets are the same to the bit.
func TestListsEqual(t *testing.T) {
	for _, in := range []int{1, 7, 8, 9, 31, 784} {
		want := newProblem(generic, 5, 9, in, 1, 0.2).lists
		for _, set := range Sets() {
			got := newProblem(set, 5, 9, in, 1, 0.2).lists
			for i, span := range want.spans {
				a, b := got.entries[got.spans[i].Begin:got.spans[i].End], want.entries[span.Begin:span.End]
				if fmt.Sprint(a) != fmt.Sprint(b) {
					t.Fatalf("%s: row %d of %d columns is %v, want %v", set.Name, i, in, a, b)
				}
			}
		}
	}
}
