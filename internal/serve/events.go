package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// events sends the model and the run, and then their changes, as server-sent events.
// The content of a "model" event is the response to GET /v1/model, and the content of a
// "run" event the response to GET /v1/run.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	defer s.metrics.streams.Add(-1)
	if s.metrics.streams.Add(1) > int64(s.options.Limits.Streams) {
		problemf(http.StatusServiceUnavailable, "%d event streams at once are the most", s.options.Limits.Streams).write(w)
		return
	}
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
