package serve

import (
	"context"
	"errors"
)

// errStopped says that the worker takes no more jobs.
var errStopped = errors.New("the server stops")

// worker runs jobs one after the other on a goroutine of its own, since a backend may
// be used by only one goroutine.
type worker struct {
	jobs   chan job
	closed chan struct{} // closed to ask the worker to end
	ended  chan struct{} // closed when the worker has ended
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

// loop runs jobs until the worker is closed or a job fails. The error of a job is a
// fault of the backend, which cannot be used any more.
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

// do runs a job on the worker and returns its error. It gives up if ctx is done before
// the job has started, and always waits for one that has started.
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

// close ends the worker after its current job, and waits for that.
func (w *worker) close() {
	close(w.closed)
	<-w.ended
}
