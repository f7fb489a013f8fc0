package serve

import (
	"image"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// growth is how many bytes the heap may grow in a soak. Requests that leak 100 bytes each
// would exceed it after about 10,000.
const growth = 1 << 20

// mostMemory is the memory that a server may use, in bytes obtained by the runtime, not
// counting the program itself. That of the clients is included. A picture of the largest size
// takes some 40 MB while it is decoded and looked at, and as much waits for the collector.
const mostMemory = 128 << 20

// TestSoak runs clients of all kinds for as long as MNISTGPU_SOAK says, such as 10m, or
// for a second. It checks that there is no 5xx answer except 503, that heap and
// goroutines are as before, and that the server used little memory.
func TestSoak(t *testing.T) {
	length := time.Second
	if text := os.Getenv("MNISTGPU_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, options(t))
	s.soak(t, min(length, 3*time.Second)) // fills pools and buffers
	goroutinesBefore, heapBefore := settled(t)
	statuses := s.soak(t, length)
	goroutines(t, goroutinesBefore)
	_, heapAfter := settled(t)
	most := obtained()
	t.Logf("statuses %v, heap %d and %d bytes, %d goroutines, %d bytes at most", statuses, heapBefore, heapAfter, goroutinesBefore, most)
	for code := range statuses {
		if code >= 500 && code != 503 {
			t.Errorf("%d answers have status %d", statuses[code], code)
		}
	}
	if statuses[200] == 0 || statuses[400] == 0 || statuses[403] == 0 || statuses[413] == 0 || statuses[421] == 0 {
		t.Error("a kind of request was never answered")
	}
	if heapAfter > heapBefore+growth {
		t.Errorf("the heap grew from %d to %d bytes", heapBefore, heapAfter)
	}
	if most > mostMemory {
		t.Errorf("%d bytes were taken, want at most %d", most, mostMemory)
	}
}

// obtained returns how many bytes the runtime has ever obtained from the system.
func obtained() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// settled returns the goroutines and the bytes on the heap of a server at rest.
func settled(t *testing.T) (goroutines int, heap uint64) {
	t.Helper()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for last := -1; last != goroutines || goroutines == 0; time.Sleep(200 * time.Millisecond) {
		last, goroutines = goroutines, runtime.NumGoroutine()
	}
	runtime.GC()
	runtime.GC() // the first leaves the pools half full
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return goroutines, m.HeapAlloc
}

// soak runs clients and counts the answers by their status. A connection without an
// answer counts as 0.
func (r *running) soak(t *testing.T, length time.Duration) map[int]int {
	t.Helper()
	const clients = 12
	requests := r.mixture(t)
	var mu sync.Mutex
	total := map[int]int{}
	var group sync.WaitGroup
	deadline := time.Now().Add(length)
	for client := range clients {
		group.Go(func() {
			counts := map[int]int{}
			draw := rand.New(rand.NewPCG(uint64(client), 0))
			for time.Now().Before(deadline) {
				counts[requests[draw.IntN(len(requests))]()]++
			}
			mu.Lock()
			defer mu.Unlock()
			for code, n := range maps.All(counts) {
				total[code] += n
			}
		})
	}
	group.Wait()
	return total
}

// mixture returns the kinds of requests, good and bad. Each returns a status.
func (r *running) mixture(t *testing.T) []func() int {
	whole, large, deep := drawing(t, 280, 280), drawing(t, maxSide, maxSide), encode(t, image.NewNRGBA64(image.Rect(0, 0, maxSide, maxSide)))
	ask := func(kind string, body []byte, change func(*http.Request)) func() int {
		return func() int {
			request := r.request(t, http.MethodPost, "/v1/predict?detail=true", body)
			request.Header.Set("Content-Type", kind)
			change(request)
			return status(request)
		}
	}
	as := func(*http.Request) {}
	get := func(path string) func() int {
		return func() int { return status(r.request(t, http.MethodGet, path, nil)) }
	}
	return []func() int{
		ask("application/json", pixels(784, "100"), as),
		ask("image/png", whole, as),
		ask("image/png", large, as),
		ask("image/png", deep, as),
		ask("image/png", whole[:len(whole)/2], as),
		ask("image/png", bomb(t, whole), as),
		ask("application/json", pixels(784, "1e9"), as),
		ask("application/json", pixels(maxBody, "1"), as),
		ask("text/html", whole, as),
		ask("image/png", whole, func(q *http.Request) { q.Host = "evil.example" }),
		ask("image/png", whole, func(q *http.Request) { q.Header.Set("Origin", "http://evil.example") }),
		ask("image/png", whole, func(q *http.Request) { q.Method = "DELETE" }),
		get("/"), get("/app.js"), get("/v1/model"), get("/v1/units/3"), get("/v1/units/99"), get("/metrics"), get("/nowhere"),
		r.leaveStream, r.say("GET / HTTP/9.9\r\n\r\n"), r.say("\x16\x03\x01\x02\x00\x01"),
		r.say("POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\nhalf"),
	}
}

func status(request *http.Request) int {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// leaveStream reads the start of an event stream and disconnects.
func (r *running) leaveStream() int {
	response, err := http.Get(r.url + "/v1/events")
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	response.Body.Read(make([]byte, 100))
	return response.StatusCode
}

// say sends bytes over a connection of its own and hangs up.
func (r *running) say(text string) func() int {
	return func() int {
		connection, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		if err == nil {
			io.WriteString(connection, text)
			connection.Close()
		}
		return 0
	}
}
