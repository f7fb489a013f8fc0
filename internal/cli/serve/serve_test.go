package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// served is a command that serves.
type served struct {
	url    string // that it printed
	stderr *bytes.Buffer
	end    context.CancelFunc
	err    <-chan error // receives what the command returns
}

// start runs the command in the process until it prints its address.
func start(t *testing.T, environment map[string]string, args ...string) *served {
	t.Helper()
	read, write := io.Pipe()
	s := &served{stderr: new(bytes.Buffer)}
	o := &ui.IO{Stdout: write, Stderr: s.stderr, Getenv: func(name string) string { return environment[name] }}
	cmd := New(o)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	ctx, cancel := context.WithCancel(context.Background())
	s.end = cancel
	done := make(chan error, 1)
	s.err = done
	go func() {
		done <- cmd.ExecuteContext(ctx)
		write.Close()
	}()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("no address: %v, %v", err, <-done)
	}
	s.url = strings.TrimSpace(line)
	return s
}

// status returns the status of the answer to a request with a token, unless that is "".
func (s *served) status(t *testing.T, path, token string) int {
	t.Helper()
	address, _, _ := strings.Cut(s.url, "?")
	request, err := http.NewRequest(http.MethodGet, address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// stop ends the command and returns what it printed on stderr.
func (s *served) stop(t *testing.T) string {
	t.Helper()
	s.end()
	if err := <-s.err; err != nil {
		t.Errorf("the command ended with %v", err)
	}
	return s.stderr.String()
}

func modelFile(t *testing.T) string {
	t.Helper()
	m := &model.Model{Height: 1, Width: 2, PixelScale: 1, Tensors: []model.Tensor{
		{Name: "layers.0.weight", Shape: []int{2, 2}, Values: []float32{1, 0, 0, 1}},
		{Name: "layers.0.bias", Shape: []int{2}, Values: []float32{0, 0}},
	}}
	content, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServe(t *testing.T) {
	s := start(t, nil, modelFile(t), "--addr", "127.0.0.1:0")
	if !strings.HasPrefix(s.url, "http://127.0.0.1:") || !strings.HasSuffix(s.url, "/") {
		t.Errorf("the address is %s", s.url)
	}
	if got := s.status(t, "v1/model", ""); got != 200 {
		t.Errorf("status %d, want 200", got)
	}
	if got, want := s.stop(t), "serving m (2-2); Ctrl-C stops it\n"; got != want {
		t.Errorf("stderr is %q, want %q", got, want)
	}
}

// A server for other machines makes up a token, and prints it. One that is given is not
// printed.
func TestServeWithToken(t *testing.T) {
	const given = "a-token-of-this-test"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(given+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		environment map[string]string
		args        []string
	}{
		"new":         {nil, []string{"--addr", "0.0.0.0:0", "--allow-remote"}},
		"file":        {map[string]string{tokenVariable: "another-token-of-this-test"}, []string{"--addr", "127.0.0.1:0", "--token-file", file}},
		"environment": {map[string]string{tokenVariable: given}, []string{"--addr", "127.0.0.1:0"}},
	} {
		s := start(t, test.environment, append(test.args, modelFile(t))...)
		_, token, isNew := strings.Cut(s.url, "?token=")
		if isNew != (name == "new") || isNew && len(token) < minToken {
			t.Errorf("%s: the address is %s", name, s.url)
		}
		if !isNew {
			token = given
		}
		if got := s.status(t, "v1/model", ""); got != 401 {
			t.Errorf("%s: status %d without the token, want 401", name, got)
		}
		if got := s.status(t, "v1/model", token); got != 200 {
			t.Errorf("%s: status %d with the token, want 200", name, got)
		}
		s.stop(t)
	}
}

func TestServeRefuses(t *testing.T) {
	m, dir := modelFile(t), t.TempDir()
	s := start(t, nil, m, "--addr", "127.0.0.1:0")
	taken := strings.Trim(strings.TrimPrefix(s.url, "http:"), "/")
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	short, long := write("short", "secret"), write("long", strings.Repeat("x", maxTokenFile+1))
	for _, test := range []struct {
		args []string
		want string
		kind fault.Kind
	}{
		{nil, "serve needs a run folder or a model.safetensors", fault.BadUsage},
		{[]string{filepath.Dir(short)}, dir + ": is not a run folder: it has neither config.toml nor model.safetensors", fault.BadData},
		{[]string{"nowhere", "--addr", "127.0.0.1:0"}, "nowhere: file does not exist", fault.BadData},
		{[]string{m, "--addr", "8080"}, `--addr must be HOST:PORT, such as 127.0.0.1:8080 (got "8080")`, fault.BadUsage},
		{[]string{m, "--addr", "127.0.0.1:99999"}, `--addr must be HOST:PORT`, fault.BadUsage},
		{[]string{m, "--addr", ":8080"}, "--addr :8080 needs --allow-remote", fault.BadUsage},
		{[]string{m, "--addr", "0.0.0.0:0"}, "--addr 0.0.0.0:0 needs --allow-remote", fault.BadUsage},
		{[]string{m, "--addr", "example.org:0"}, "--addr example.org:0 needs --allow-remote", fault.BadUsage},
		{[]string{m, "--allow-host", "http://a/"}, `--allow-host must be a name alone, such as digits.example.org (got "http://a/")`, fault.BadUsage},
		{[]string{m, "--allow-host", "a,b:80"}, `--allow-host must be a name alone, such as digits.example.org (got "b:80")`, fault.BadUsage},
		{[]string{m, "--token-file", short}, short + " must hold a token of 16 to 256 letters, ", fault.BadUsage},
		{[]string{m, "--token-file", long}, long + ": has 4097 bytes: at most 4096 are allowed", fault.BadData},
		{[]string{m, "--token-file", dir}, dir + ": is not a regular file", fault.BadData},
		{[]string{m, "--addr", taken}, "cannot listen on " + taken + ": ", fault.CannotListen},
	} {
		cmd := New(&ui.IO{Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }})
		cmd.SetArgs(test.args)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		err := cmd.ExecuteContext(context.Background())
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || !fault.Is(err, test.kind) {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
	s.stop(t)
}

// An address that cannot be printed helps nobody.
func TestServeThatCannotPrint(t *testing.T) {
	o := &ui.IO{Stdout: full{}, Stderr: io.Discard, Getenv: func(string) string { return "" }}
	cmd := New(o)
	cmd.SetArgs([]string{modelFile(t), "--addr", "127.0.0.1:0"})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	if err := cmd.ExecuteContext(context.Background()); !fault.Is(err, fault.CannotWrite) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the error is %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fs.ErrPermission }

func TestTokens(t *testing.T) {
	for _, token := range []string{strings.Repeat("x", minToken), strings.Repeat("~", maxToken), "!#$%&'()*+-./09:<=>?@AZ[]^_`az{|}~"} {
		if got, err := givenToken("", func(string) string { return token }); err != nil || got != token {
			t.Errorf("%q: %q, %v", token, got, err)
		}
	}
	for _, token := range []string{
		strings.Repeat("x", minToken-1), strings.Repeat("x", maxToken+1), "two words of a token",
		`a"token-of-this-test`, `a\token-of-this-test`, "a,token-of-this-test", "a;token-of-this-test", "a-tökén-of-this-test", "a-token\x7f-of-this-test",
	} {
		if _, err := givenToken("", func(string) string { return token }); err == nil || !strings.HasPrefix(err.Error(), tokenVariable+" must hold a token") {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// The default of serve is the CPU, but a default is no choice: a flag for GPUs selects
// one.
func TestBackendOfServe(t *testing.T) {
	for want, args := range map[string][]string{"cpu": nil, "cuda": {"--device", "1"}} {
		f := New(&ui.IO{}).Flags()
		if err := f.Parse(args); err != nil {
			t.Fatal(err)
		}
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			t.Fatal(err)
		}
		if v.Backend != want {
			t.Errorf("%q selects %s, want %s", args, v.Backend, want)
		}
	}
}
