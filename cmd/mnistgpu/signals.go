package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interruption is the end of a run that a signal asked for.
type interruption struct{ signal syscall.Signal }

func (i *interruption) Error() string { return "stopped by " + i.signal.String() }

// untilSignal returns a context that ends with an interruption at the first
// SIGINT or SIGTERM. A second one exits at once. The function returned stops
// listening.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		for s := range signals {
			number := s.(syscall.Signal)
			if ctx.Err() != nil {
				os.Exit(exitSignal + int(number))
			}
			fmt.Fprintf(os.Stderr, "mnistgpu: %v: stopping; a second signal stops at once\n", s)
			cancel(&interruption{number})
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}
