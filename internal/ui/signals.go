package ui

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"mnistgpu/internal/fault"
)

// stopped is the error of what a signal stopped.
func stopped(s os.Signal) *fault.Error {
	kind := fault.Interrupted
	switch s {
	case syscall.SIGHUP:
		kind = fault.HungUp
	case syscall.SIGTERM:
		kind = fault.Terminated
	}
	return fault.New(kind, "stopped by %v", s)
}

// UntilSignal returns a context that ends at the first SIGINT, SIGTERM or SIGHUP, with an
// error of the kind [fault.Interrupted], [fault.Terminated] or [fault.HungUp]. A second one
// exits at once. A SIGHUP that was ignored from the start, as by nohup, stays ignored. The
// function returned stops listening.
func (o *IO) UntilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		for s := range signals {
			err := stopped(s)
			if ctx.Err() != nil {
				os.Exit(fault.ExitCode(err))
			}
			o.say("mnistgpu: %v: stopping; a second signal stops at once", s)
			cancel(err)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}

// OutliveReaders lets the process go on after those who read its stdout or stderr have
// gone: writes then fail, which [IO.Err] reports, instead of ending the process by SIGPIPE.
func (o *IO) OutliveReaders() { signal.Ignore(syscall.SIGPIPE) }
