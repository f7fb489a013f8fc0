package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sayAndWait sends a text on a new connection and returns the status of the answer, or 0, and how
// long that took. The connection stays open until the test ends.
func (r *running) sayAndWait(t *testing.T, text string) (status int, took time.Duration) {
	t.Helper()
	c := r.dial(t, text)
	start := time.Now()
	c.SetReadDeadline(start.Add(20 * time.Second))
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, time.Since(start)
	}
	return response.StatusCode, time.Since(start)
}

// dial opens a connection until the test ends, and sends a text on it.
func (r *running) dial(t *testing.T, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	post   = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\n"
	isJSON = "Content-Type: application/json\r\n"
	chunk  = "Transfer-Encoding: chunked\r\n\r\n"
)

// TestRefusedAtOnce sends requests whose rest never comes: that they are wrong shows
// before.
func TestRefusedAtOnce(t *testing.T) {
	o := options(t)
	open := start(t, o)
	o = options(t)
	o.Token = "secret"
	closed := start(t, o)
	for name, test := range map[string]struct {
		server *running
		text   string
		want   int
	}{
		"a chunk without a length":  {open, post + isJSON + chunk + "zz\r\n", 400},
		"a chunk without an end":    {open, post + isJSON + chunk + "2\r\n{}!!", 400},
		"a Content-Length over it":  {open, post + isJSON + "Content-Length: 65537\r\n\r\n{", 413},
		"no token":                  {closed, post + isJSON + "Content-Length: 100\r\n\r\n{", 401},
		"another token, and chunks": {closed, post + isJSON + "Authorization: Bearer public\r\n" + chunk + "5\r\n", 401},
		"another site":              {open, post + isJSON + "Origin: http://evil.example\r\nContent-Length: 100\r\n\r\n", 403},
		"no such path":              {open, "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", 404},
		"another type":              {open, post + "Content-Type: text/html\r\nContent-Length: 100\r\n\r\n", 415},
	} {
		if got, took := test.server.sayAndWait(t, test.text); got != test.want || took > 5*time.Second {
			t.Errorf("%s: status %d after %v, want %d at once", name, got, took, test.want)
		}
	}
}

// TestHeadOf16KiB sends a head that fills the limit, and one with a byte more.
func TestHeadOf16KiB(t *testing.T) {
	s := start(t, options(t))
	for size, want := range map[int]int{16 << 10: 200, 16<<10 + 1: 431} {
		const begin, end = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ", "\r\n\r\n"
		head := begin + strings.Repeat("x", size-len(begin)-len(end)) + end
		if got, _ := s.sayAndWait(t, head); got != want {
			t.Errorf("a head of %d bytes: status %d, want %d", size, got, want)
		}
	}
}

// TestAnswersBesideIdleConnections holds the whole room by connections of several kinds
// that wait for their clients. Any other client is answered all the same.
func TestAnswersBesideIdleConnections(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":       "",
		"half a head":   "GET / HTTP/1.1\r\nX-",
		"half a body":   post + isJSON + "Content-Length: 1000\r\n\r\nhalf",
		"a bad request": post + "Content-Length: 1000\r\n\r\n",
		"whole":         "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		o := options(t)
		o.Limits.Connections = 8
		s := start(t, o)
		for range 5 * o.Limits.Connections {
			s.dial(t, text)
		}
		for range 10 {
			if got, took := s.sayAndWait(t, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); got != 200 || took > o.Limits.Header/2 {
				t.Errorf("%s: status %d after %v", name, got, took)
			}
		}
	}
}

// TestVictims checks which connection makes room: that which has waited longest, of the
// address that has most of them, and none that is answered.
func TestVictims(t *testing.T) {
	now := time.Now()
	all := newConnections(nil, 8)
	add := func(address string, waiting time.Duration) *connection {
		c := &connection{all: all, address: address, waiting: now.Add(-waiting)}
		if waiting == 0 {
			c.waiting = time.Time{}
		}
		all.open[c] = true
		return c
	}
	for range 4 {
		add("busy", 0)
	}
	if all.victim() != nil {
		t.Error("a connection that is answered makes room")
	}
	add("patient", time.Hour)
	old := add("greedy", 2*time.Second)
	young := add("greedy", time.Second)
	if got := all.victim(); got != old {
		t.Errorf("the first victim is %+v", got)
	}
	old.waiting = time.Time{}
	add("greedy", grace/2)
	add("greedy", grace+time.Millisecond)
	if got := all.victim(); got != young {
		t.Errorf("the second victim is %+v", got)
	}
}

// TestAddressesShareStreams opens more streams from one address than it may have.
func TestAddressesShareStreams(t *testing.T) {
	s := streams{most: 5, mostEach: 3, open: map[string]int{}}
	for i, test := range []struct {
		address string
		begins  bool
	}{
		{"a", true}, {"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", true}, {"b", false}, {"c", false},
	} {
		if begins := s.begin(test.address) == nil; begins != test.begins {
			t.Errorf("stream %d, of %s: %t", i, test.address, begins)
		}
	}
	for _, address := range []string{"a", "a", "a", "b", "b"} {
		s.end(address)
	}
	if s.total != 0 || len(s.open) != 0 {
		t.Errorf("in the end there are %d, %v", s.total, s.open)
	}
	server := start(t, options(t))
	for range server.streams.mostEach {
		if got, _ := server.sayAndWait(t, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"); got != 200 {
			t.Errorf("status %d", got)
		}
	}
	if got, _ := server.sayAndWait(t, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"); got != 503 {
		t.Errorf("one more has status %d", got)
	}
}

// TestConnectionsLeaveFiles checks that a server with few files keeps some for its model.
func TestConnectionsLeaveFiles(t *testing.T) {
	for files, want := range map[uint64]int{0: 8, 40: 8, 64: 32, 288: 256, 1 << 63: 256} {
		if got := connectionsFor(files); got != want {
			t.Errorf("%d files: %d connections, want %d", files, got, want)
		}
	}
}

// TestStrictBodies sends JSON that other readers might take in another way.
func TestStrictBodies(t *testing.T) {
	s := start(t, options(t))
	list := strings.TrimSuffix(strings.TrimPrefix(string(pixels(784, "1")), `{"pixels":`), "}")
	for body, want := range map[string]int{
		fmt.Sprintf(`{"pixels":%s}`, list):                200,
		fmt.Sprintf(`{"Pixels":%s}`, list):                400,
		fmt.Sprintf(`{"PIXELS":%s}`, list):                400,
		fmt.Sprintf(`{"pixels":%s,"pixels":%[1]s}`, list): 400,
		fmt.Sprintf(`{"pixels":%s,"Pixels":%[1]s}`, list): 400,
		fmt.Sprintf(`{"pixels":%s,}`, list):               400,
		fmt.Sprintf(`[%s]`, list):                         400,
	} {
		if r := s.post(t, "application/json", []byte(body)); r.StatusCode != want {
			t.Errorf("%.20s...%.20s: status %d, want %d", body, body[len(body)-20:], r.StatusCode, want)
		}
	}
	for kind, want := range map[string]int{
		"application/json; charset=utf-8":     200,
		`application/json; charset="UTF-8"`:   200,
		"application/json; charset=utf-16":    415,
		"application/json; charset=iso8859-1": 415,
		"image/png; charset=utf-16":           415,
	} {
		body := pixels(784, "1")
		if r := s.post(t, kind, body); r.StatusCode != want {
			t.Errorf("%s: status %d, want %d", kind, r.StatusCode, want)
		}
	}
}
