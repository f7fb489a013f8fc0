package cpu_test

import (
	"fmt"
	"os"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/mnist"
)

// BenchmarkStep times whole steps: with batches of 128 as in the default preset, and
// with a tenth of the training set on raw pixels as in the notebook. The images are
// MNIST's if MNISTGPU_DATA names its folder, and otherwise equally sparse noise.
func BenchmarkStep(b *testing.B) {
	images, labels := benchmarkImages(b)
	for _, shape := range []struct {
		hidden       []int
		batch        int
		std          float64
		scale        float32
		learningRate float64
	}{
		{[]int{400}, 128, 0.03, 1. / 255, 0.5},
		{[]int{1024}, 128, 0.03, 1. / 255, 0.5},
		{[]int{1024, 512}, 128, 0.03, 1. / 255, 0.1},
		{[]int{1024}, 6000, 1, 1, 0.0001},
	} {
		for _, kernels := range cpu.Kernels() {
			b.Run(fmt.Sprintf("batch=%d/hidden=%v/%s", shape.batch, shape.hidden, kernels), func(b *testing.B) {
				s := newSession(b, cpu.Options{Kernels: kernels}, images, labels)
				s.network(shape.hidden, shape.batch, shape.std, rules[0])
				step := s.capture(shape.batch, shape.scale, shape.learningRate)
				for b.Loop() {
					step()
				}
				b.ReportMetric(float64(b.N*shape.batch)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

// BenchmarkMethods times steps of the default preset by each method.
func BenchmarkMethods(b *testing.B) {
	const batch = 128
	images, labels := benchmarkImages(b)
	for _, rule := range rules {
		for _, kernels := range cpu.Kernels() {
			b.Run(fmt.Sprintf("%s/%s", rule.Method, kernels), func(b *testing.B) {
				s := newSession(b, cpu.Options{Kernels: kernels}, images, labels)
				s.network([]int{400}, batch, 0.03, rule)
				step := s.capture(batch, 1./255, 1e-3)
				for b.Loop() {
					step()
				}
				b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

func benchmarkImages(b *testing.B) (images, labels []uint8) {
	const count = 12000
	folder := os.Getenv("MNISTGPU_DATA")
	if folder == "" {
		return noise(count)
	}
	data, err := mnist.LoadDir(folder, classes)
	if err != nil {
		b.Fatal(err)
	}
	return data.Train.Images[:count*pixels], data.Train.Labels[:count]
}
