package serve

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// grace is how long a client has for a request before its connection may make room for
// another.
const grace = 50 * time.Millisecond

// connections is a listener with a limit on its open connections. A new one is not kept
// waiting by those that only wait for their clients: if there is no room, one of these is
// closed, once it has had its grace. Others are being answered, and soon make room.
type connections struct {
	net.Listener
	limit int

	mu     sync.Mutex
	room   *sync.Cond // there may be room
	open   map[*connection]bool
	closed bool
}

// connection is an open connection.
type connection struct {
	net.Conn
	all     *connections
	address string    // of the client, without its port
	waiting time.Time // since when it waits for its client; zero while it is answered
}

func newConnections(l net.Listener, limit int) *connections {
	all := &connections{Listener: l, limit: limit, open: map[*connection]bool{}}
	all.room = sync.NewCond(&all.mu)
	return all
}

// Accept returns the next connection when there is room for it.
func (all *connections) Accept() (net.Conn, error) {
	accepted, err := all.Listener.Accept()
	if err != nil {
		return nil, err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	for len(all.open) >= all.limit && !all.closed {
		if victim := all.victim(); victim != nil {
			delete(all.open, victim)
			victim.Conn.Close()
			continue
		}
		// The lock keeps the signal back until Wait waits for it.
		later := time.AfterFunc(grace/50, func() {
			all.mu.Lock()
			defer all.mu.Unlock()
			all.room.Signal()
		})
		all.room.Wait()
		later.Stop()
	}
	c := &connection{Conn: accepted, all: all, address: hostOf(accepted.RemoteAddr().String()), waiting: time.Now()}
	all.open[c] = true
	return c, nil
}

// victim returns the connection that has waited longest for its client, among those of the
// address that has most of these, or nil if none has waited long enough.
func (all *connections) victim() *connection {
	count := map[string]int{}
	var waiting []*connection
	for c := range all.open {
		if !c.waiting.IsZero() && time.Since(c.waiting) > grace {
			count[c.address]++
			waiting = append(waiting, c)
		}
	}
	var worst *connection
	for _, c := range waiting {
		switch {
		case worst == nil, count[c.address] > count[worst.address],
			count[c.address] == count[worst.address] && c.waiting.Before(worst.waiting):
			worst = c
		}
	}
	return worst
}

// Close ends Accept, even while it waits for room.
func (all *connections) Close() error {
	all.mu.Lock()
	all.closed = true
	all.room.Broadcast()
	all.mu.Unlock()
	return all.Listener.Close()
}

// crowded reports whether more than half of the room is taken. Then no connection is kept
// for a next request, so that those of busy clients are not closed between two.
func (all *connections) crowded() bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open) > all.limit/2
}

// Close closes the connection.
func (c *connection) Close() error {
	c.all.mu.Lock()
	delete(c.all.open, c)
	c.all.room.Signal()
	c.all.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite ends what is sent, so that the client can read the whole answer before the
// connection is closed. [http.Server] asks for it.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// wait notes whether the connection waits for its client.
func (c *connection) wait(waits bool) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.waiting = time.Time{}
	if waits {
		c.waiting = time.Now()
		c.all.room.Signal()
	}
}

// connectionKey is the key of the connection in the context of a request.
type connectionKey struct{}

// inContext is the ConnContext of the server.
func inContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// onState is the ConnState of the server.
func onState(c net.Conn, state http.ConnState) {
	if state == http.StateIdle {
		c.(*connection).wait(true)
	}
}

// received notes that r has been read to its end, so that its connection waits for the
// server, and may be kept for the next request unless there are too many. Until then, an
// answer ends the connection: nobody waits for the rest of a request that is refused.
func received(w http.ResponseWriter, r *http.Request) {
	c, ok := r.Context().Value(connectionKey{}).(*connection)
	if !ok {
		return // the request came from a test
	}
	c.wait(false)
	if !c.all.crowded() {
		w.Header().Del("Connection")
	}
}

// hostOf returns an address without its port.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
