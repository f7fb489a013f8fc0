package mnist

import (
	"image"
	"image/draw"
	"math/rand/v2"
	"runtime"
	"sync"

	"golang.org/x/image/vector"
)

// Synthetic images have MNIST's size.
const side = 28

// Synthetic draws a data set of train and test images in the style of MNIST: white
// digits on black, 28x28, about 20 high, in different faces, each bent, turned,
// slanted, scaled, thickened and moved at random. Each digit has about the same
// number of images.
//
// The bytes depend on seed alone, not on the machine or the number of processors,
// and image i does not depend on the number of images.
func Synthetic(train, test int, seed uint64) *Dataset {
	return &Dataset{
		Name:    "synthetic",
		Height:  side,
		Width:   side,
		Classes: 10,
		Train:   drawSplit(train, seed, 0),
		Test:    drawSplit(test, seed, 1),
	}
}

// drawSplit draws n images, on all processors. Each image has its own stream of
// random numbers, so that the result does not depend on which goroutine draws it.
func drawSplit(n int, seed, split uint64) Split {
	s := Split{Images: make([]byte, n*side*side), Labels: make([]byte, n)}
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			pen := newPen()
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				pen.random.Seed(seed, streamOf(split, uint64(i)))
				s.Labels[i] = pen.draw(s.Images[i*side*side:][:side*side])
			}
		})
	}
	wg.Wait()
	return s
}

// streamOf numbers the streams of random numbers. The odd factor, 2^64 over
// the golden ratio, spreads them over the generator's state.
func streamOf(split, i uint64) uint64 { return (split<<32 | i) * 0x9e3779b97f4a7c15 }

// A pen draws digits.
type pen struct {
	random *rand.PCG
	*rand.Rand
	canvas *vector.Rasterizer
}

func newPen() *pen {
	random := rand.NewPCG(0, 0)
	return &pen{random, rand.New(random), vector.NewRasterizer(side, side)}
}

// draw draws a random digit on pixels, which are black, and returns it.
func (p *pen) draw(pixels []byte) byte {
	digit := p.IntN(10)
	face := faces()[p.IntN(len(faces()))]
	hand := p.hand()
	p.canvas.Reset(side, side)
	for _, polygon := range face[digit] {
		last := len(polygon) - 1
		p.canvas.MoveTo(hand.place(polygon[last]))
		for _, v := range polygon {
			p.canvas.LineTo(hand.place(v))
		}
	}
	p.canvas.DrawOp = draw.Src
	dst := &image.Alpha{Pix: pixels, Stride: side, Rect: image.Rect(0, 0, side, side)}
	p.canvas.Draw(dst, dst.Rect, image.Opaque, image.Point{})
	p.grain(pixels)
	return byte(digit)
}

// between returns a random number from low to high.
func (p *pen) between(low, high float64) float64 { return lerp(p.Float64(), low, high) }

// grain removes a random part of the ink of every pixel.
func (p *pen) grain(pixels []byte) {
	for i, v := range pixels {
		if v > 0 {
			pixels[i] = v - byte(uint32(v)*p.Uint32N(40)>>8)
		}
	}
}
