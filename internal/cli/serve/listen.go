package serve

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	"mnistgpu/internal/fault"
)

// listening says where a server listens and who may reach it.
type listening struct {
	addr   string
	remote bool
	names  []string // host names besides those that the machine knows

	host string // of addr
}

// check validates the flags: other machines are let in only on request.
func (l *listening) check() error {
	host, port, err := net.SplitHostPort(l.addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fault.Usage("--addr must be HOST:PORT, such as 127.0.0.1:8080 (got %q)", l.addr)
	}
	for _, name := range l.names {
		if name == "" || strings.ContainsAny(name, "/:[] ") && net.ParseIP(name) == nil {
			return fault.Usage("--allow-host must be a name alone, such as digits.example.org (got %q)", name)
		}
	}
	l.host = host
	if !l.local() && !l.remote {
		return fault.Usage("--addr %s needs --allow-remote, since other machines can connect to it", l.addr)
	}
	return nil
}

// local reports whether only this machine can reach the address.
func (l *listening) local() bool {
	ip := net.ParseIP(l.host)
	return l.host == "localhost" || ip != nil && ip.IsLoopback()
}

// listen starts to listen.
func (l *listening) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", l.addr)
	if err == nil {
		return listener, nil
	}
	var op *net.OpError
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	} else if errors.As(err, &op) {
		err = op.Err
	}
	e := &fault.Error{Kind: fault.CannotListen, Op: "cannot listen on", Path: l.addr, Err: err}
	return nil, e.WithHint("choose another --addr; port 0 takes any free port")
}

// hosts returns the names that requests may call the server by.
func (l *listening) hosts() []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, l.names...)
	if l.local() {
		return append(hosts, l.host)
	}
	if ip := net.ParseIP(l.host); l.host != "" && !ip.IsUnspecified() {
		return append(hosts, l.host)
	}
	hosts = append(hosts, addresses()...)
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	return hosts
}

// page returns the URL of the page. It includes the token if that is new, since the user
// cannot know it otherwise.
func (l *listening) page(a net.Addr, newToken string) string {
	_, port, _ := net.SplitHostPort(a.String())
	host := l.host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = cmp.Or(publicAddress(), "localhost")
	}
	page := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/"}
	if newToken != "" {
		page.RawQuery = url.Values{"token": {newToken}}.Encode()
	}
	return page.String()
}

// addresses returns the IP addresses of this machine.
func addresses() []string {
	var found []string
	list, _ := net.InterfaceAddrs() // what is not found must be named by --allow-host
	for _, a := range list {
		if network, ok := a.(*net.IPNet); ok {
			found = append(found, network.IP.String())
		}
	}
	return found
}

// publicAddress returns an address at which others may reach this machine, or "" if it
// has none.
func publicAddress() string {
	for _, a := range addresses() {
		if ip := net.ParseIP(a); ip.To4() != nil && ip.IsGlobalUnicast() {
			return a
		}
	}
	return ""
}
