package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/serve"
)

const serveHelp = `Serve a page to draw on, which shows a trained model's answer while you draw, and
a JSON API. For a run in progress, the page shows its curves.

The model is a run folder that train left, the folder of a run that has no model
yet, or a model.safetensors. The address of the page goes to stdout. Programs ask
with POST /v1/predict, which /openapi.json describes; /healthz and /metrics are for
operators.

Only this machine can connect, unless --allow-remote is given. Then every request
needs a token: a new one, which is part of the address that is printed, or that of
--token-file or MNISTGPU_TOKEN. If you give a token, it is needed on this machine
too. The connection is not encrypted: put a proxy with TLS in front of a server that
others reach through a network that you do not trust.

SIGINT (Ctrl-C) and SIGTERM stop the server, with exit code 0.

Exit codes:
` + exitCodes

const serveExamples = `  mnistgpu serve runs/mnist-001
  mnistgpu serve model.safetensors --addr 127.0.0.1:0
  mnistgpu serve runs/mnist-001 --addr 0.0.0.0:8080 --allow-remote`

// serveSettings holds the argument and the flags of serve.
type serveSettings struct {
	model  string   // a run folder or a file
	where  settings // only its data and backend
	listen listening
}

// newServe returns the serve command.
func newServe() *cobra.Command {
	s := serveSettings{where: modelSettings()}
	cmd := &cobra.Command{
		Use:     "serve RUN|model.safetensors",
		Short:   "Serve a page to draw a digit on, and an API",
		Long:    serveHelp,
		Example: serveExamples,
		Args:    oneArgument("a run folder or a model.safetensors"),
	}
	f := cmd.Flags()
	f.SortFlags = false
	s.listen.register(f)
	f.StringVar(&s.where.data, "data", "", "`folder` of data with the names of the classes (default that of the run)")
	s.where.registerBackend(f, "cpu")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.model = args[0]
		if err := cmp.Or(s.where.check(f), s.listen.check()); err != nil {
			return usageError(cmd, err)
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return s.run(ctx)
	}
	return cmd
}

// run serves until ctx is done.
func (s *serveSettings) run(ctx context.Context) error {
	options, err := s.options()
	if err != nil {
		return err
	}
	if options.Token, err = s.listen.secret(); err != nil {
		return err
	}
	listener, err := s.listen.open()
	if err != nil {
		return err
	}
	defer listener.Close()
	options.Hosts = s.listen.hosts()
	server, err := serve.New(ctx, options)
	if err != nil {
		return err
	}
	if m := server.Model(); m != "" {
		fmt.Fprintf(os.Stderr, "serving %s; Ctrl-C stops it\n", m)
	} else {
		fmt.Fprintf(os.Stderr, "serving %s, which has no model yet; Ctrl-C stops it\n", s.model)
	}
	if _, err := fmt.Println(s.listen.page(listener.Addr())); err != nil {
		return err
	}
	return server.Serve(ctx, listener)
}

// options returns what the server serves, and how.
func (s *serveSettings) options() (serve.Options, error) {
	o := serve.Options{
		Model: s.model, Version: version(),
		Open:   func() (backend.Backend, error) { return openBackend(&s.where) },
		Limits: serve.DefaultLimits(),
		Log:    log.New(os.Stderr, "mnistgpu: ", 0),
	}
	if isFolder(s.model) {
		o.Run, o.Model = s.model, filepath.Join(s.model, run.ModelFile)
		if err := checkRun(s.model); err != nil {
			return o, err
		}
	}
	var err error
	if s.where.data == "" {
		o.Classes, err = namedClasses(s.model)
	} else {
		o.Classes, err = classNames(s.where.data)
	}
	return o, err
}

// checkRun rejects a folder that holds neither a run nor a model.
func checkRun(dir string) error {
	for _, name := range []string{run.ConfigFile, run.ModelFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	err := faults.Inf(dir, "is not a run folder: it has neither config.toml nor model.safetensors")
	return &failure{code: exitData, err: err, hint: "name a folder that train made, such as runs/mnist-001"}
}
