package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// events sends the model and the run, and then their changes, as server-sent events.
// The data of a "model" event is the same as the response to GET /v1/model, the data of
// a "run" event the same as the response to GET /v1/run.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	defer s.gauges.streams.Add(-1)
	if s.gauges.streams.Add(1) > int64(s.options.Limits.Streams) {
		problemf(http.StatusServiceUnavailable, "%d event streams at once are the most", s.options.Limits.Streams).write(w)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	connection := http.NewResponseController(w)
	connection.SetReadDeadline(time.Time{}) // the stream may last longer than a request
	var toldModel, toldRun []byte
	for {
		model, run, news := s.board.read()
		connection.SetWriteDeadline(time.Now().Add(s.options.Limits.Write))
		tell(w, "model", model, toldModel)
		tell(w, "run", run, toldRun)
		toldModel, toldRun = model, run
		if connection.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-time.After(s.options.Limits.Beat):
			fmt.Fprint(w, ":\n\n") // a comment, to detect clients that have gone
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		}
	}
}

// tell writes an event, unless the same data have been sent before.
func tell(w http.ResponseWriter, event string, data, told []byte) {
	if data != nil && !bytes.Equal(data, told) {
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data)
	}
}
