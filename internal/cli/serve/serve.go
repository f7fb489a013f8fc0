// Package serve has the command that serves a page and an API for a trained model.
package serve

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/serve"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const help = `Serve a page to draw on, which shows a trained model's answer while you draw, and
a JSON API. For a run in progress, the page shows its curves.

The model is a run folder that train left, the folder of a run that has no model
yet, or a model.safetensors. The address of the page goes to stdout. Programs use
POST /v1/predict, which /openapi.json describes; /healthz and /metrics are for
operators.

Only this machine can connect, unless --allow-remote is given. Then every request
needs a token: a new one, which is part of the address that is printed, or one from
--token-file or MNISTGPU_TOKEN. If you give a token, it is needed on this machine
too. The connection is not encrypted: put a proxy with TLS in front of a server that
others reach through a network that you do not trust.

SIGINT (Ctrl-C), SIGTERM and SIGHUP (a closed terminal) stop the server, with exit
code 0.`

const examples = `  mnistgpu serve runs/mnist-001
  mnistgpu serve model.safetensors --addr 127.0.0.1:0
  mnistgpu serve runs/mnist-001 --addr 0.0.0.0:8080 --allow-remote`

// options holds the argument and the flags of serve.
type options struct {
	model string // a run folder or a file
	data  string // "" for that of the run
	listening
	tokenFile string
}

// New returns the serve command.
func New(o *ui.IO) *cobra.Command {
	s := options{listening: listening{addr: "127.0.0.1:8080"}}
	cmd := &cobra.Command{
		Use:     "serve RUN|model.safetensors",
		Short:   "Serve a page to draw a digit on, and an API",
		Long:    help,
		Example: examples,
		Args:    shared.Arguments(1, 1, shared.ModelArgument),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.addr), "addr", "HOST:PORT", "address to listen on; port 0 takes any free port")
	settings.Var(f, settings.Switch(&s.remote), "allow-remote", "bool", "allow other machines to connect, with a token")
	settings.Var(f, settings.Texts(&s.names), "allow-host", "NAME,...", "more host names that requests may use for the server, such as the name of a proxy")
	settings.Var(f, settings.Text(&s.tokenFile), "token-file", "FILE", "file with the token (default $"+tokenVariable+" or, with --allow-remote, a new one)")
	settings.Var(f, settings.Text(&s.data), "data", "DIR", "folder of data with the names of the classes (default that of the run)")
	settings.Register(f, settings.Model)
	settings.SetDefault(f, "backend", "cpu") // enough for one drawing at a time
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model = args[0]
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		o.OutliveReaders()
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return s.run(ctx, o, v)
	}
	return cmd
}

// run serves until ctx is done.
func (s *options) run(ctx context.Context, o *ui.IO, v *settings.Values) error {
	served, err := s.served(o, v)
	if err != nil {
		return err
	}
	given, err := givenToken(s.tokenFile, o.Getenv)
	if err != nil {
		return err
	}
	generated := ""
	if given == "" && !s.local() {
		generated = rand.Text()
	}
	served.Token = cmp.Or(given, generated)
	listener, err := s.listen()
	if err != nil {
		return err
	}
	defer listener.Close()
	served.Hosts = s.hosts()
	server, err := serve.New(ctx, served)
	if err != nil {
		return err
	}
	if m := server.Model(); m != "" {
		o.Notef("serving %s; Ctrl-C stops it", m)
	} else {
		o.Notef("serving %s, which has no model yet; Ctrl-C stops it", s.model)
	}
	o.Printf("%s\n", s.page(listener.Addr(), generated))
	if err := o.Err(); err != nil {
		return err
	}
	return server.Serve(ctx, listener)
}

// served returns what the server serves, and how.
func (s *options) served(o *ui.IO, v *settings.Values) (serve.Options, error) {
	served := serve.Options{
		Model: shared.ModelFile(s.model), Version: shared.Version(),
		Open:   func() (backend.Backend, error) { return shared.OpenBackend(o, v) },
		Limits: serve.DefaultLimits(),
		Log:    log.New(o.Stderr, "mnistgpu: ", 0),
	}
	if shared.IsFolder(s.model) {
		served.Run = s.model
		if err := checkRun(s.model); err != nil {
			return served, err
		}
	} else if !shared.Exists(s.model) {
		return served, shared.NoModel(s.model)
	}
	var err error
	if s.data == "" {
		served.Classes, err = shared.NamedClasses(s.model)
	} else {
		served.Classes, err = shared.ClassNames(s.data)
	}
	return served, err
}

// checkRun rejects a folder that holds neither a run nor a model.
func checkRun(dir string) error {
	for _, name := range []string{run.ConfigFile, run.ModelFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return fault.Inf(dir, "is not a run folder: it has neither %s nor %s", run.ConfigFile, run.ModelFile).
		WithHint("name a folder that train made, such as runs/mnist-001")
}
