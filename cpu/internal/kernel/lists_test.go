package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLists checks the lists of a pair, bit by bit, for every set.
func TestLists(t *testing.T) {
	for _, set := range Sets() {
		for _, in := range []int{1, 7, 8, 9, 16, 31, stripCols, stripCols + 1, 784} {
			for _, rows := range []int{1, 4, 5} {
				p := newProblem(set, 5, rows, in, 1, 0.4)
				for strip := range p.lists.Strips() {
					for i, pair := range p.lists.strip(strip) {
						want := listed(p, i, strip*stripCols, min((strip+1)*stripCols, in))
						if got := contents(&pair); got != want {
							t.Fatalf("%s: pair %d of %dx%d, strip %d: %s, want %s", set.Name, i, rows, in, strip, got, want)
						}
					}
				}
			}
		}
	}
}

// contents formats the lists of a pair.
func contents(p *Pair) (lists [3]string) {
	for i := range lists {
		lists[i] = fmt.Sprintf("%#x", p.entries[i][:p.counts[i]])
	}
	return lists
}

// listed formats what the lists of a pair should be in some columns.
func listed(p *problem, pair, from, end int) [3]string {
	first, second := p.pixels.Row(2*pair), make([]uint8, p.in)
	if 2*pair+1 < p.rows {
		second = p.pixels.Row(2*pair + 1)
	}
	want := new(Pair)
	for j := from; j < end; j++ {
		list := secondOnly
		switch {
		case first[j] == 0 && second[j] == 0:
			continue
		case second[j] == 0:
			list = firstOnly
		case first[j] != 0:
			list = both
		}
		want.entries[list][want.counts[list]] = uint32(j-from) | uint32(first[j])<<16 | uint32(second[j])<<24
		want.counts[list]++
	}
	return contents(want)
}

// TestTranspose checks the columns of the active rows.
func TestTranspose(t *testing.T) {
	for _, set := range Sets() {
		for _, rows := range []int{1, 7, 8, 9, 40} {
			for _, in := range []int{1, 15, 16, 17, 64, 784} {
				p := newProblem(set, 5, rows, in, 1, 0.5)
				for c := range in {
					var want []uint8
					for _, offset := range p.active.rowOffsets() {
						want = append(want, p.pixels.Row(int(offset / rowBytes))[c])
					}
					if got := p.columns.Row(c); !slices.Equal(got, want) {
						t.Fatalf("%s: column %d of %dx%d is %v, want %v", set.Name, c, rows, in, got, want)
					}
				}
			}
		}
	}
}

// TestNoActiveRow checks that a gradient of zeros has no columns.
func TestNoActiveRow(t *testing.T) {
	for _, set := range Sets() {
		pixels, active := drawBytes(rand.New(rand.NewPCG(1, 1)), 9, 40, 1), new(Active)
		active.SetNonzero(filled(9, 5, func(int, int) float32 { return 0 }))
		var columns Columns
		columns.Resize(pixels, active)
		for i := range columns.Groups() {
			set.Transpose(&columns, pixels, i)
		}
		if n := len(columns.Row(39)); n != 0 {
			t.Errorf("%s: a column has %d elements", set.Name, n)
		}
	}
}
