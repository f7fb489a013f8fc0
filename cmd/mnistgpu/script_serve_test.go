package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// A served is a server that a script started.
type served struct {
	command        *exec.Cmd
	url            *url.URL
	stdout, stderr bytes.Buffer
	read           sync.WaitGroup
}

// servers maps a script to its server.
var servers sync.Map

// serveCommand, "serve ARGUMENT...", starts mnistgpu serve and puts its address
// into ADDRESS.
func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	path, err := exec.LookPath("mnistgpu")
	ts.Check(err)
	s := &served{command: exec.Command(path, append([]string{"serve"}, args...)...)}
	s.command.Dir = ts.MkAbs(".")
	s.command.Stderr = &s.stderr
	stdout, err := s.command.StdoutPipe()
	ts.Check(err)
	ts.Check(s.command.Start())
	ts.Defer(func() { s.command.Process.Kill() })
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	if err != nil {
		ts.Fatalf("no address: %v: %s", err, &s.stderr)
	}
	s.stdout.WriteString(line)
	s.read.Go(func() { io.Copy(&s.stdout, lines) })
	s.url, err = url.Parse(line[:len(line)-1])
	ts.Check(err)
	ts.Setenv("ADDRESS", s.url.Host)
	servers.Store(ts, s)
}

// ask METHOD PATH STATUS sends a request to the server, without its token, and
// prints the answer.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	v, _ := servers.Load(ts)
	target := *v.(*served).url
	target.Path, target.RawQuery = args[1], ""
	request, err := http.NewRequest(args[0], target.String(), nil)
	ts.Check(err)
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	_, err = io.Copy(ts.Stdout(), response.Body)
	ts.Check(err)
	if strconv.Itoa(response.StatusCode) != args[2] {
		ts.Fatalf("%s %s: status %d, want %s", args[0], args[1], response.StatusCode, args[2])
	}
}

// end CODE stops the server as a service manager does, and prints its output.
func end(ts *testscript.TestScript, neg bool, args []string) {
	v, _ := servers.LoadAndDelete(ts)
	s := v.(*served)
	ts.Check(s.command.Process.Signal(syscall.SIGTERM))
	s.read.Wait()
	s.command.Wait() // its error shows in the state
	io.Copy(ts.Stdout(), &s.stdout)
	io.Copy(ts.Stderr(), &s.stderr)
	if got := s.command.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}
