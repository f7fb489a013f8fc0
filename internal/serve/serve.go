// Package serve serves a trained model over HTTP: a page to draw on, a JSON API, and
// the progress of a run while it trains.
//
// It trusts no client. It answers only under its own host names, only to its own page
// or to programs, and limits the size, the duration and the number of requests.
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

// Options say what a server serves, and to whom.
type Options struct {
	Run     string   // folder of the run, or empty if a file is served without a run
	Model   string   // file of the model, which a run may not have yet
	Classes []string // names of the model's classes
	Version string   // of the program

	// Open opens the backend. It is called again when the model is replaced.
	Open func() (backend.Backend, error)

	Hosts []string // names that the server answers to, without ports
	Token string   // that every request must have, or empty

	Limits Limits
	Log    *log.Logger // for errors; what a client sent is never logged
}

// Limits bound what clients can use.
type Limits struct {
	Header, Read, Write, Idle time.Duration // of a connection; see [http.Server]
	Grace                     time.Duration // for answers in progress when the server stops
	Poll                      time.Duration // between checks of the files of a run
	Heartbeat                 time.Duration // longest silence of an event stream
	Turn                      time.Duration // that a prediction waits for its turn
	Predictions               int           // at once
	Streams                   int           // at once
	AddressStreams            int           // at once, to one address
	Connections               int           // at once
}

// otherFiles is room for what a server opens besides connections: its model, the files of
// a run, and those of a GPU's driver.
const otherFiles = 32

// DefaultLimits returns the limits of the command.
func DefaultLimits() Limits {
	return Limits{
		Header: 5 * time.Second, Read: 10 * time.Second, Write: 10 * time.Second, Idle: time.Minute,
		Grace: 5 * time.Second, Poll: 500 * time.Millisecond, Heartbeat: 15 * time.Second,
		Turn: time.Second, Predictions: 8, Streams: 32, AddressStreams: 16,
		Connections: connectionsFor(maxFiles()),
	}
}

// connectionsFor returns how many connections a process that may open so many files can
// have. With 256, bodies take at most 16 MiB of memory.
func connectionsFor(files uint64) int { return int(min(max(files, otherFiles+8)-otherFiles, 256)) }

// maxHeaderBytes bounds the head of a request.
const maxHeaderBytes = 16 << 10

// headerSlop is what [http.Server] reads beyond its MaxHeaderBytes.
const headerSlop = 4 << 10

// A Server serves a model and its run.
type Server struct {
	options   Options
	worker    *worker
	backend   backend.Backend // used only by the worker
	network   atomic.Pointer[network]
	broadcast *broadcast
	streams   streams
	watcher   *watcher
	metrics   *metrics
	slots     chan struct{} // one for each concurrent prediction
	decoding  chan struct{} // for one picture at a time; see [Server.readPNG]
	stop      chan struct{} // closed when event streams must end
}

// New loads the model, if there is one yet. The server must be closed by
// [Server.Serve]. The error is of the kind fault.BadData or a fault of
// the backend.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{
		options: o, worker: newWorker(), broadcast: newBroadcast(), metrics: newMetrics(o.Version),
		slots: make(chan struct{}, o.Limits.Predictions), decoding: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	s.streams = streams{most: o.Limits.Streams, mostEach: o.Limits.AddressStreams, open: map[string]int{}}
	s.watcher = &watcher{server: s}
	s.watcher.updateRun()
	if err := s.watcher.updateModel(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// close ends the worker and closes its backend.
func (s *Server) close() error {
	s.worker.close()
	return s.closeBackend()
}

// name returns the name of the model: the name of its run or, without a run, of its file.
func (s *Server) name() string {
	if s.options.Run != "" {
		return baseName(s.options.Run)
	}
	return strings.TrimSuffix(baseName(s.options.Model), ".safetensors")
}

// baseName returns the last part of a path, even of "." or "..".
func baseName(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Base(path)
}

// Model returns a short description of the model for people, or "" while there is
// none.
func (s *Server) Model() string {
	if n := s.network.Load(); n != nil {
		return n.describe()
	}
	return ""
}

// Serve answers requests on l until ctx is done, which is no error, or the backend
// fails. Before it returns, it ends everything that it has started.
func (s *Server) Serve(ctx context.Context, l net.Listener) (err error) {
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: s.options.Limits.Header,
		ReadTimeout:       s.options.Limits.Read,
		WriteTimeout:      s.options.Limits.Write,
		IdleTimeout:       s.options.Limits.Idle,
		MaxHeaderBytes:    maxHeaderBytes - headerSlop,
		ConnContext:       inContext,
		ConnState:         onState,
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
	go func() { served <- server.Serve(newConnections(l, s.options.Limits.Connections)) }()

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
