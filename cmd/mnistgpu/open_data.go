package main

import (
	"context"
	"fmt"
	"os"

	"mnistgpu/internal/mnist"
)

// openData loads the data, and warns if synthetic digits replace MNIST.
func openData(ctx context.Context, s *settings) (*mnist.Dataset, error) {
	source := mnist.Environment(os.Getenv)
	bar := downloadBar{quiet: s.quiet}
	source.Progress = bar.progress
	data, err := loadData(ctx, s, s.data, source)
	bar.finish()
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil && data.Fallback != "" {
		warn("this is not MNIST, but synthetic digits that the program draws")
		fmt.Fprintf(os.Stderr, "hint: %s\n", oneLine(data.Fallback))
	}
	return data, err
}

// loadData loads the data that spec names, with as many classes as s says.
func loadData(ctx context.Context, s *settings, spec string, source mnist.Source) (*mnist.Dataset, error) {
	classes := s.classes.count
	if classes == 0 {
		names, err := classNames(s.data)
		if err != nil {
			return nil, err
		}
		classes = len(names)
	}
	return mnist.Open(ctx, spec, classes, source)
}

// readAhead starts to read the data on another goroutine while the caller opens the
// backend: a GPU takes longer to open than a data set, and must be opened on the
// goroutine that uses it. The function returned is openData, except that it need not
// read the data again. It warns, downloads and fails just like openData, and only when
// it is called.
func readAhead(ctx context.Context, s *settings) func() (*mnist.Dataset, error) {
	early := earlyData(ctx, s)
	return func() (*mnist.Dataset, error) {
		if data := <-early; data != nil {
			return data, nil
		}
		return openData(ctx, s)
	}
}

// earlyData reads the data that are on this machine's disk. It sends nil if they are
// missing or bad.
func earlyData(ctx context.Context, s *settings) <-chan *mnist.Dataset {
	source := mnist.Environment(os.Getenv)
	source.Mirrors = nil
	spec := s.data
	if spec == "auto" {
		spec = "mnist"
	}
	early := make(chan *mnist.Dataset, 1)
	go func() {
		data, err := loadData(ctx, s, spec, source)
		if err != nil {
			data = nil
		}
		early <- data
	}()
	return early
}
