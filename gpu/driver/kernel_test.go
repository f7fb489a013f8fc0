//go:build cuda && linux

package driver

import (
	"slices"
	"testing"
)

func TestLaunch(t *testing.T) {
	d, _ := open(t)
	const n = 1000
	x, y := upload(t, d, sequence(n)), upload(t, d, make([]float32, n))
	axpy := kernel(t, d, "test_axpy")
	for range 3 {
		must(t, d.Launch(axpy, Dim{X: (n + 127) / 128}, Dim{X: 128}, 0, y.Arg(), x.Arg(), Float(2), Int(n)))
	}
	want := make([]float32, n)
	for i := range want {
		want[i] = 6 * float32(i+1)
	}
	if got := download(t, d, y, n); !slices.Equal(got, want) {
		t.Errorf("3 times y += 2x gave %v", got)
	}
}

func TestBarriersAndShuffles(t *testing.T) {
	for _, threads := range []int{32, 64, 256, 1024} {
		d, _ := open(t)
		const n = 3000
		blocks := (n + threads - 1) / threads
		x, sums := upload(t, d, sequence(n)), upload(t, d, make([]float32, blocks))
		must(t, d.Launch(kernel(t, d, "test_block_sum"), Dim{X: blocks}, Dim{X: threads}, 0, sums.Arg(), x.Arg(), Int(n)))
		var total float32
		for _, sum := range download(t, d, sums, blocks) {
			total += sum
		}
		// All sums are integers below 2^24, so float32 has them exactly.
		if total != n*(n+1)/2 {
			t.Errorf("%d threads: sum 1..%d is %v", threads, n, total)
		}
		must(t, d.Close())
	}
}

func TestDynamicShared(t *testing.T) {
	d, _ := open(t)
	const threads, blocks = 96, 5
	x := upload(t, d, sequence(threads*blocks))
	must(t, d.Launch(kernel(t, d, "test_reverse"), Dim{X: blocks}, Dim{X: threads}, 4*threads, x.Arg()))
	want := sequence(threads * blocks)
	for block := range slices.Chunk(want, threads) {
		slices.Reverse(block)
	}
	if got := download(t, d, x, len(want)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
