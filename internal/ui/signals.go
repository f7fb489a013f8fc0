package ui

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"mnistgpu/internal/fault"
)

// stopped is the error of what a signal stopped.
func stopped(s os.Signal) *fault.Error {
	kind := fault.Interrupted
	if s == syscall.SIGTERM {
		kind = fault.Terminated
	}
	return fault.New(kind, "stopped by %v", s)
}

// UntilSignal returns a context that ends at the first SIGINT or SIGTERM, with an error
// of the kind [fault.Interrupted] or [fault.Terminated]. A second one exits at once. The
// function returned stops listening.
func (o *IO) UntilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		for s := range signals {
			err := stopped(s)
			if ctx.Err() != nil {
				os.Exit(fault.ExitCode(err))
			}
			fmt.Fprintf(o.Stderr, "mnistgpu: %v: stopping; a second signal stops at once\n", s)
			cancel(err)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}
