package serve

import (
	"context"
	"errors"
)

// errStopped says that the worker takes no more jobs.
var errStopped = errors.New("the server stops")

// worker does jobs one after the other on a goroutine of its own, since a
// backend is for one goroutine.
type worker struct {
	jobs   chan job
	closed chan struct{} // no more jobs, please
	ended  chan struct{} // there will be none
	fault  error         // of the job that ended the worker; read it after ended
}

type job struct {
	run  func() error
	done chan error
}

func newWorker() *worker {
	w := &worker{jobs: make(chan job), closed: make(chan struct{}), ended: make(chan struct{})}
	go w.loop()
	return w
}

// loop works until the worker is closed or a job fails. A job's error is a fault
// of the backend, after which it cannot go on.
func (w *worker) loop() {
	defer close(w.ended)
	for {
		select {
		case j := <-w.jobs:
			w.fault = j.run()
			j.done <- w.fault
			if w.fault != nil {
				return
			}
		case <-w.closed:
			return
		}
	}
}

// do runs a job on the worker and returns its error. It gives up when ctx is
// done before the job has begun, and never leaves one that has.
func (w *worker) do(ctx context.Context, run func() error) error {
	j := job{run, make(chan error, 1)}
	select {
	case w.jobs <- j:
		return <-j.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return errStopped
	}
}

// close ends the worker after the job that it is at, and waits.
func (w *worker) close() {
	close(w.closed)
	<-w.ended
}
