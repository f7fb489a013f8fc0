// Package serve is a trained model behind HTTP: a page to draw on, a JSON API,
// and what a run tells while it trains.
//
// It trusts no client. It answers under its own host names alone, to its own
// page or to programs, and bounds the size, the time and the number of all that
// it does for them.
package serve

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mnistgpu/internal/backend"
)

// Options are what a server serves, and to whom.
type Options struct {
	Run     string   // folder of the run, or empty where a file alone is served
	Model   string   // file of the model, which a run may not have yet
	Classes []string // names of the model's classes
	Version string   // of the program

	// Open opens what computes. It is called again when the model is replaced.
	Open func() (backend.Backend, error)

	Hosts []string // names that the server answers to, without ports
	Token string   // that every request must have, or empty

	Limits Limits
	Log    *log.Logger // for what goes wrong; it never gets what a client sent
}

// Limits bound what clients can take.
type Limits struct {
	Header, Read, Write, Idle time.Duration // of a connection; see [http.Server]
	Grace                     time.Duration // for answers in progress when the server stops
	Poll                      time.Duration // between looks at the files of a run
	Beat                      time.Duration // longest silence of an event stream
	Predictions               int           // at once
	Streams                   int           // at once
}

// DefaultLimits are those of the command.
func DefaultLimits() Limits {
	return Limits{
		Header: 5 * time.Second, Read: 10 * time.Second, Write: 10 * time.Second, Idle: time.Minute,
		Grace: 5 * time.Second, Poll: 500 * time.Millisecond, Beat: 15 * time.Second,
		Predictions: 8, Streams: 32,
	}
}

// maxHeaderBytes bounds the head of a request.
const maxHeaderBytes = 16 << 10

// A Server serves a model and its run.
type Server struct {
	options Options
	worker  *worker
	backend backend.Backend // for the worker alone
	network atomic.Pointer[network]
	board   *board
	watcher *watcher
	gauges  *gauges
	slots   chan struct{} // one for each prediction at once
	desk    chan struct{} // for one picture at a time; see [Server.readPNG]
	stop    chan struct{} // closed when event streams must end
}

// New loads the model, if there is one yet. The server must be closed by
// [Server.Serve]. The error is a [*model.Error] or a fault of the backend.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{
		options: o, worker: newWorker(), board: newBoard(), gauges: newGauges(o.Version),
		slots: make(chan struct{}, o.Limits.Predictions), desk: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	s.watcher = &watcher{server: s}
	s.watcher.lookAtRun()
	if err := s.watcher.lookAtModel(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// close ends the worker and closes its backend.
func (s *Server) close() error {
	s.worker.close()
	return s.closeBackend()
}

// name is what people call the model: that of its run, or of its file.
func (s *Server) name() string {
	if s.options.Run != "" {
		return baseName(s.options.Run)
	}
	return strings.TrimSuffix(baseName(s.options.Model), ".safetensors")
}

// baseName is the last part of a path, even of "." or "..".
func baseName(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Base(path)
}

// Model describes the model in a few words for people, or is empty while there
// is none.
func (s *Server) Model() string {
	if n := s.network.Load(); n != nil {
		return n.describe()
	}
	return ""
}

// Serve answers on l until ctx is done, which is no error, or the backend fails.
// Then it ends all that it began.
func (s *Server) Serve(ctx context.Context, l net.Listener) (err error) {
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: s.options.Limits.Header,
		ReadTimeout:       s.options.Limits.Read,
		WriteTimeout:      s.options.Limits.Write,
		IdleTimeout:       s.options.Limits.Idle,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          s.options.Log,
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if err := s.watcher.watch(ctx); err != nil {
			cancel(err)
		}
	})
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()

	select {
	case <-ctx.Done():
	case err = <-served:
	case <-s.worker.ended:
	}
	cancel(nil)
	close(s.stop)
	end, done := context.WithTimeout(context.Background(), s.options.Limits.Grace)
	defer done()
	if server.Shutdown(end) != nil {
		server.Close()
	}
	group.Wait()
	closed := s.close()
	return errors.Join(err, s.worker.fault, closed)
}
