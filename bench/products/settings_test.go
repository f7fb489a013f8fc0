package products

import (
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// setting is one combination of what benchmarks vary.
type setting struct {
	data       *mnist.Dataset
	config     train.Config
	multiplier string
	backend    backend.Backend
}

// sources are the data sets.
var sources = []struct {
	name string
	open func(testing.TB) *mnist.Dataset
}{
	{"mnist", realImages},
	{"dense", func(testing.TB) *mnist.Dataset { return denseImages() }},
}

// networks are named by what differs from the default preset. That of the full batch has
// 1024 hidden units too.
var networks = []struct {
	name   string
	config train.Config
}{
	{"hidden=400", train.Preset("default")},
	{"hidden=1024", wide(train.Preset("default").Batch)},
	{"batch=full", wide(train.Full)},
	{"notebook", train.Preset("notebook")},
}

func wide(batch int) train.Config {
	c := train.Preset("default")
	c.Hidden, c.Batch = []int{1024}, batch
	return c
}

// multiplier is what multiplies: a set of kernels or a BLAS.
type multiplier struct {
	name string
	open func() (backend.Backend, error)
}

var multipliers = ours()

func ours() (all []multiplier) {
	for _, name := range cpu.Kernels() {
		all = append(all, multiplier{name, func() (backend.Backend, error) { return cpu.Open(cpu.Options{Kernels: name}) }})
	}
	return all
}

// rest is how long a benchmark waits before it starts. The threads of OpenBLAS spin for
// 30 ms waiting for more work, and would take processor time from the next one.
const rest = 50 * time.Millisecond

// forAll runs a benchmark named DATA/NETWORK/MULTIPLIER for each setting.
func forAll(b *testing.B, run func(*testing.B, setting)) {
	for _, source := range sources {
		b.Run(source.name, func(b *testing.B) {
			data := source.open(b)
			for _, network := range networks {
				c := network.config
				if source.name == "dense" {
					c.LearningRate = 1e-3 // the images are noise: a higher rate could diverge
				}
				b.Run(network.name, func(b *testing.B) {
					for _, m := range multipliers {
						b.Run(m.name, func(b *testing.B) { run(b, setting{data, c, m.name, openFor(b, m)}) })
					}
				})
			}
		})
	}
}

// openFor opens a backend until the benchmark ends.
func openFor(b *testing.B, m multiplier) backend.Backend {
	runtime.GC()
	opened, err := m.open()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { opened.Close() })
	time.Sleep(rest)
	return opened
}

var loadMNIST = sync.OnceValues(func() (*mnist.Dataset, error) { return mnist.LoadDir(os.Getenv("MNISTGPU_DATA"), 10) })

func realImages(tb testing.TB) *mnist.Dataset {
	if os.Getenv("MNISTGPU_DATA") == "" {
		tb.Skip("MNISTGPU_DATA names no folder with MNIST")
	}
	data, err := loadMNIST()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// denseImages returns a data set of MNIST's size and shape in which every pixel is drawn
// at random from 1 to 255, so that there are no zeros to skip.
var denseImages = sync.OnceValue(func() *mnist.Dataset {
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
})
