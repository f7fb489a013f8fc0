package serve

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestAtMostSoManyPredictions takes all slots and sends one more request.
func TestAtMostSoManyPredictions(t *testing.T) {
	o := options(t)
	o.Limits.Turn = 50 * time.Millisecond
	s := start(t, o)
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
	r := s.post(t, "application/json", pixels(784, "1"))
	if r.StatusCode != 503 || r.Header.Get("Retry-After") != "1" {
		t.Errorf("status %d with Retry-After %q, want 503 and 1", r.StatusCode, r.Header.Get("Retry-After"))
	}
	if r := s.get(t, "/v1/model"); r.StatusCode != 200 {
		t.Errorf("what is no prediction has status %d", r.StatusCode)
	}
	<-s.slots
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 200 {
		t.Errorf("with a free slot: status %d", r.StatusCode)
	}
}

// TestOnePictureAtATime checks that eight small bodies cannot unpack to a lot of memory
// at once. Requests with pixels, which need no more memory than their body, do not wait.
func TestOnePictureAtATime(t *testing.T) {
	s := start(t, options(t))
	s.decoding <- struct{}{}
	picture := make(chan int, 1)
	go func() { picture <- s.post(t, "image/png", drawing(t, 280, 280)).StatusCode }()
	eventually(t, "a picture that waits", func() bool { return s.metrics.predictions.Load() == 1 })
	for range 20 { // time enough for a picture that does not wait
		if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 200 {
			t.Errorf("pixels have status %d", r.StatusCode)
		}
	}
	if len(picture) > 0 {
		t.Error("a second picture was unpacked beside the first")
	}
	<-s.decoding
	if code := <-picture; code != 200 {
		t.Errorf("the picture that waited has status %d", code)
	}
}

// TestManyAtOnce checks that the answers are right however the requests mix.
func TestManyAtOnce(t *testing.T) {
	s := start(t, options(t))
	var want [4]string
	for i := range want {
		want[i] = string(s.post(t, "application/json", pixels(784, fmt.Sprint(i*60))).body)
	}
	var group sync.WaitGroup
	for worker := range 16 {
		group.Go(func() {
			for range 10 {
				i := worker % len(want)
				r := s.post(t, "application/json", pixels(784, fmt.Sprint(i*60)))
				if r.StatusCode != 503 && string(r.body) != want[i] {
					t.Errorf("status %d: %s, want %s", r.StatusCode, r.body, want[i])
				}
			}
		})
	}
	group.Wait()
}

// hurried has times that a test can wait for.
func hurried(t *testing.T) Options {
	o := options(t)
	o.Limits.Header, o.Limits.Read, o.Limits.Write = 50*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
	o.Limits.Idle = 50 * time.Millisecond
	return o
}

// TestSlowClientsAreDropped opens connections that send too little too late.
func TestSlowClientsAreDropped(t *testing.T) {
	s := start(t, hurried(t))
	for name, beginning := range map[string]string{
		"nothing":         "",
		"half a head":     "GET / HTTP/1.1\r\nHost: localhost\r\nX-",
		"half a body":     "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nhalf",
		"half a chunk":    "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
		"a whole request": "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, beginning); err != nil {
			t.Fatal(err)
		}
		connection.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, connection); err != nil {
			t.Errorf("%s: the connection was not closed: %v", name, err)
		}
	}
	if r := s.get(t, "/healthz"); r.StatusCode != 200 {
		t.Errorf("afterwards: status %d", r.StatusCode)
	}
}

// TestSlowBodiesHoldNoSlot checks that slow clients do not shut others out.
func TestSlowBodiesHoldNoSlot(t *testing.T) {
	s := start(t, options(t))
	for range 3 * cap(s.slots) {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		io.WriteString(connection, "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nhalf")
	}
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestLongHeadIsRefused(t *testing.T) {
	s := start(t, options(t))
	request := s.request(t, http.MethodGet, "/healthz", nil)
	request.Header.Set("X-Long", strings.Repeat("x", 2*maxHeaderBytes))
	if r := s.send(t, request); r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want 431", r.StatusCode)
	}
}

// TestNothingIsLeftBehind stops a server that has all kinds of clients.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	o := options(t)
	o.Limits.Grace = 100 * time.Millisecond // the idle connection uses all of it
	s := start(t, o)
	s.post(t, "image/png", drawing(t, 280, 280))
	var streams []*http.Response
	for range 5 {
		response, err := http.DefaultTransport.RoundTrip(s.request(t, http.MethodGet, "/v1/events", nil))
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, response)
	}
	idle, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	eventually(t, "five streams", func() bool { return s.metrics.streams.Load() == 5 })
	if err := s.stop(); err != nil {
		t.Errorf("Serve returns %v", err)
	}
	if _, err := http.Get(s.url); err == nil {
		t.Error("the server still answers")
	}
	for _, response := range streams {
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Errorf("a stream does not end as it should: %v", err)
		}
		response.Body.Close()
	}
	goroutines(t, before)
}

// TestPanicIsAnAnswer checks that an internal failure shows the client nothing but that.
func TestPanicIsAnAnswer(t *testing.T) {
	o := options(t)
	var log bytes.Buffer
	o.Log.SetOutput(&log)
	s := start(t, o)
	handler := s.count(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
	recorder := &memory{header: http.Header{}}
	handler.ServeHTTP(recorder, s.request(t, http.MethodGet, "/", nil))
	if recorder.code != 500 || strings.Contains(recorder.body.String(), "bug") || !strings.Contains(log.String(), "a bug") {
		t.Errorf("status %d, body %q, log %q", recorder.code, &recorder.body, &log)
	}
}

// memory is a ResponseWriter.
type memory struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (m *memory) Header() http.Header         { return m.header }
func (m *memory) WriteHeader(code int)        { m.code = code }
func (m *memory) Write(p []byte) (int, error) { return m.body.Write(p) }
