package kernels

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"mnistgpu/kernels/ptx"
)

// stepCounts returns what a step of two_layer_sgd does.
func stepCounts(t testing.TB, rows, hidden int) ptx.Counts {
	m := machine{}.prepare(shipped(t))
	m.traffic = true
	s, err := m.try(trial{"step", func(s *stage) {
		n := s.network(rows, 784, hidden, 10, 0, 4, weightKinds[0])
		r, _ := s.start(n, 1)
		s.take(n, r, 1)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s.device.Counts
}

// TestCountsOfAStep prints a table, and compares what is known beforehand.
func TestCountsOfAStep(t *testing.T) {
	rows, hidden := 64, 8
	if long {
		rows, hidden = 128, 1024
	}
	start := time.Now()
	c := stepCounts(t, rows, hidden)
	var table strings.Builder
	fmt.Fprintf(&table, "%-14s %12s %14s %10s %14s %10s %10s\n", "", "warps", "threads", "requests", "bytes", "parts", "parts each")
	for _, class := range slices.Sorted(maps.Keys(c.Classes)) {
		r, m := c.Classes[class], c.Traffic[class]
		fmt.Fprintf(&table, "%-14s %12d %14d", class, r.Warps, r.Threads)
		if m.Requests > 0 {
			fmt.Fprintf(&table, " %10d %14d %10d %10.2f", m.Requests, m.Bytes, m.Parts, float64(m.Parts)/float64(m.Requests))
		}
		table.WriteString("\n")
	}
	t.Logf("a step of %d images, %d hidden units, in %v:\n%s", rows, hidden, time.Since(start), &table)

	blocks := hidden / 4
	if got := c.Classes["atom"].Threads + c.Classes["atom.global"].Threads; got != 3*blocks {
		t.Errorf("%d atomic additions, must be 3 in each of %d blocks: two arrivals and leaving", got, blocks)
	}
	// Each block reads all images once, and a warp whose last image is none reads one
	// again for it.
	if got := c.Traffic["ld.global"].Bytes; got < rows*784*blocks {
		t.Errorf("%d bytes read, fewer than %d blocks read of images", got, blocks)
	}
}
