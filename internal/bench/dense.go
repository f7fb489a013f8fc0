package bench

import (
	"math/rand/v2"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// Dense returns a data set of MNIST's size and shape in which every pixel is drawn
// at random from 1 to 255, so that a backend has no zeros to skip.
func Dense() *mnist.Dataset {
	draw := rand.New(rand.NewPCG(1, 0))
	split := func(n int) mnist.Split {
		s := mnist.Split{Images: make([]byte, n*28*28), Labels: make([]byte, n)}
		for i := range s.Images {
			s.Images[i] = byte(1 + draw.Uint32()%255)
		}
		for i := range s.Labels {
			s.Labels[i] = byte(draw.Uint32() % 10)
		}
		return s
	}
	return &mnist.Dataset{Name: "dense", Height: 28, Width: 28, Classes: 10, Train: split(60_000), Test: split(10_000)}
}

// DenseGFlops times the product of two matrices without zeros, b.ChunkRows() x
// 1024 and 1024 x 1024, and returns the speed of the fastest of ten runs in 10⁹
// operations a second.
func DenseGFlops(b backend.Backend) (float64, error) {
	const n = 1024
	rows := b.ChunkRows()
	values := make([]float32, max(rows, n)*n)
	for i := range values {
		values[i] = float32(i%251+1) / 251
	}
	x, err := backend.New(b, rows, n, values[:rows*n])
	if err != nil {
		return 0, err
	}
	w, err := backend.New(b, n, n, values[:n*n])
	if err != nil {
		return 0, err
	}
	y, err := b.Alloc(backend.Float32, rows, n)
	if err != nil {
		return 0, err
	}
	bias, err := b.Alloc(backend.Float32, 1, n)
	if err != nil {
		return 0, err
	}
	g, err := b.Capture(func(ops backend.Ops) { ops.LinearForward(y, x, w, bias, backend.Identity) })
	if err != nil {
		return 0, err
	}
	best := 0.0
	for range 10 {
		took, err := replay(b, g)
		if err != nil {
			return 0, err
		}
		best = max(best, 2*n*n*float64(rows)/took.Seconds()/1e9)
	}
	return best, nil
}

// replay replays g, waits for it to end, and returns how long that took.
func replay(b backend.Backend, g backend.Graph) (time.Duration, error) {
	start := time.Now()
	if err := g.Replay(); err != nil {
		return 0, err
	}
	err := b.Sync()
	return time.Since(start), err
}
