package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	faults "mnistgpu/internal/fault"
)

// tokenVariable is the environment variable for a token, which has no flag
// because everybody on a machine can see the command lines.
const tokenVariable = "MNISTGPU_TOKEN"

// A token must be too long to be guessed.
const minToken, maxToken = 16, 256

// listening says where a server listens and who may reach it.
type listening struct {
	addr      string
	remote    bool
	names     []string // host names besides those that the machine knows
	tokenFile string

	host      string // of addr
	generated string // the token, if the program made it up
}

func (l *listening) register(f *pflag.FlagSet) {
	f.StringVar(&l.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes any free port")
	f.BoolVar(&l.remote, "allow-remote", false, "let other machines in, with a token")
	f.StringSliceVar(&l.names, "allow-host", nil, "more host `names` that requests may use for the server, such as a proxy's")
	f.StringVar(&l.tokenFile, "token-file", "", "`file` with the token (default $"+tokenVariable+" or, for other machines, a new one)")
}

// check validates the flags: other machines are let in only on request.
func (l *listening) check() error {
	host, port, err := net.SplitHostPort(l.addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("--addr %q: want HOST:PORT, such as 127.0.0.1:8080", l.addr)
	}
	for _, name := range l.names {
		if name == "" || strings.ContainsAny(name, "/:[] ") && net.ParseIP(name) == nil {
			return fmt.Errorf("--allow-host %q: want a name alone, such as digits.example.org", name)
		}
	}
	l.host = host
	if !l.local() && !l.remote {
		return fmt.Errorf("--addr %s lets other machines in: that needs --allow-remote", l.addr)
	}
	return nil
}

// local reports whether only this machine can reach the address.
func (l *listening) local() bool {
	ip := net.ParseIP(l.host)
	return l.host == "localhost" || ip != nil && ip.IsLoopback()
}

// secret returns the token that requests must have, or "" if they need none.
func (l *listening) secret() (string, error) {
	token := os.Getenv(tokenVariable)
	from := tokenVariable
	if l.tokenFile != "" {
		content, err := os.ReadFile(l.tokenFile)
		if err != nil {
			return "", &failure{code: exitData, err: fmt.Errorf("cannot read the token: %s: %w", l.tokenFile, faults.Cause(err))}
		}
		token, from = strings.TrimSpace(string(content)), l.tokenFile
	}
	if token == "" && from == tokenVariable {
		if !l.local() {
			l.generated = rand.Text()
		}
		return l.generated, nil
	}
	strange := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"\,;`, r) } // not allowed in a cookie
	if len(token) < minToken || len(token) > maxToken || strings.ContainsFunc(token, strange) {
		err := fmt.Errorf("%s: want a token of %d to %d letters, digits and signs", from, minToken, maxToken)
		return "", &failure{code: exitUsage, err: err, hint: "openssl rand -hex 16 makes one"}
	}
	return token, nil
}

// open starts to listen.
func (l *listening) open() (net.Listener, error) {
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
	return nil, &failure{
		code: exitCannotListen, err: fmt.Errorf("cannot listen on %s: %w", l.addr, err),
		hint: "choose another --addr; port 0 takes any free port",
	}
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

// page returns the URL of the page. It includes a generated token, which the user
// cannot know otherwise.
func (l *listening) page(a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	host := l.host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = cmp.Or(outside(), "localhost")
	}
	page := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/"}
	if l.generated != "" {
		page.RawQuery = url.Values{"token": {l.generated}}.Encode()
	}
	return page.String()
}

// outside returns an address at which others may reach this machine, or "" if it has
// none.
func outside() string {
	for _, a := range addresses() {
		if ip := net.ParseIP(a); ip.To4() != nil && ip.IsGlobalUnicast() {
			return a
		}
	}
	return ""
}
