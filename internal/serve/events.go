package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// streams counts event streams by the address of their client.
type streams struct {
	most, mostEach int

	mu    sync.Mutex
	total int
	open  map[string]int
}

// begin counts a stream, or returns the problem that there are too many.
func (s *streams) begin(address string) *problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.total >= s.most:
		return problemf(http.StatusServiceUnavailable, "%d event streams at once are the most", s.most)
	case s.open[address] >= s.mostEach:
		return problemf(http.StatusServiceUnavailable, "%d event streams at once are the most for one address", s.mostEach)
	}
	s.total++
	s.open[address]++
	return nil
}

func (s *streams) end(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.open[address]--; s.open[address] == 0 {
		delete(s.open, address)
	}
}

// events sends the model and the run, and then their changes, as server-sent events.
// The content of a "model" event is the response to GET /v1/model, and the content of a
// "run" event the response to GET /v1/run.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	address := hostOf(r.RemoteAddr)
	if problem := s.streams.begin(address); problem != nil {
		problem.write(w)
		return
	}
	defer s.streams.end(address)
	s.metrics.streams.Add(1)
	defer s.metrics.streams.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	connection := http.NewResponseController(w)
	connection.SetReadDeadline(time.Time{}) // the stream may last longer than a request
	var sentModel, sentRun []byte
	for {
		model, run, changed := s.broadcast.latest()
		connection.SetWriteDeadline(time.Now().Add(s.options.Limits.Write))
		sendEvent(w, "model", model, sentModel)
		sendEvent(w, "run", run, sentRun)
		sentModel, sentRun = model, run
		if connection.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-time.After(s.options.Limits.Heartbeat):
			fmt.Fprint(w, ":\n\n") // a comment, to detect clients that have gone
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		}
	}
}

// sendEvent writes an event, unless the client has been sent the same data before.
func sendEvent(w http.ResponseWriter, event string, data, sent []byte) {
	if data != nil && !bytes.Equal(data, sent) {
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data)
	}
}
