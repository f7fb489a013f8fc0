package serve

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// openAPI describes the API.
//
//go:embed openapi.json
var openAPI []byte

// routes returns the handlers of all routes, by path and method.
func (s *Server) routes() map[string]map[string]http.HandlerFunc {
	get := func(h http.HandlerFunc) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{http.MethodGet: h}
	}
	routes := map[string]map[string]http.HandlerFunc{
		"/v1/predict":      {http.MethodPost: s.predict},
		"/v1/model":        get(s.modelInfo),
		"/v1/run":          get(s.runInfo),
		"/v1/events":       get(s.events),
		"/v1/units/{unit}": get(s.unitWeights),
		"/healthz":         get(s.health),
		"/metrics":         get(s.serveMetrics),
		"/openapi.json":    get(s.describe),
	}
	for path, file := range pageFiles {
		routes[path] = get(file.serve)
	}
	return routes
}

// handler returns the routes behind the guard. A path that is not a route is 404 Not
// Found, and a method that a route does not have is 405 Method Not Allowed.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		problemf(http.StatusNotFound, "no such path: /openapi.json describes those that there are").write(w)
	})
	for path, methods := range s.routes() {
		if path == "/" {
			path = "/{$}"
		}
		for method, handler := range methods {
			mux.HandleFunc(method+" "+path, handler)
		}
		allowed := allow(methods)
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allowed)
			problemf(http.StatusMethodNotAllowed, "the method must be %s", allowed).write(w)
		})
	}
	return s.count(&guard{hosts: s.options.Hosts, token: s.options.Token, next: mux})
}

// allow lists the methods of a route. A GET route answers HEAD too.
func allow(methods map[string]http.HandlerFunc) string {
	list := slices.Sorted(maps.Keys(methods))
	if slices.Contains(list, http.MethodGet) {
		list = append(list, http.MethodHead)
	}
	return strings.Join(list, ", ")
}

// count counts the answers of next. It turns a panic into an answer and a line in the
// log.
func (s *Server) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &recorder{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			if failure := recover(); failure != nil {
				s.options.Log.Printf("internal failure: %v", failure)
				problemf(http.StatusInternalServerError, "internal failure").write(recorder)
			}
			s.metrics.countRequest(r.Pattern, r.Method, recorder.code)
		}()
		w.Header().Set("Connection", "close") // until received
		if r.ContentLength == 0 {
			received(w, r)
		}
		next.ServeHTTP(recorder, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (s *Server) modelInfo(w http.ResponseWriter, _ *http.Request) {
	n := s.network.Load()
	if n == nil {
		problemf(http.StatusServiceUnavailable, noModel).write(w)
		return
	}
	writeJSON(w, n.info)
}

// noModel is the detail of the problem while a run that has just started has no model.
const noModel = "the run has not left a model yet"

func (s *Server) runInfo(w http.ResponseWriter, _ *http.Request) {
	_, run, _ := s.broadcast.latest()
	if run == nil {
		problemf(http.StatusNotFound, "a model is served without a run").write(w)
		return
	}
	writeJSON(w, json.RawMessage(run))
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, struct {
		Status string `json:"status"`
		Model  bool   `json:"model"` // whether there is one
	}{"ok", s.network.Load() != nil})
}

func (s *Server) serveMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	s.metrics.write(w)
}

func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(s.description())
}

// documentedPixels is the number of pixels of an image in openapi.json.
const documentedPixels = 784

// description returns openapi.json with the size of the model's images.
func (s *Server) description() []byte {
	n := s.network.Load()
	if n == nil {
		return openAPI
	}
	size := func(pixels int) []byte { return fmt.Appendf(nil, `Items": %d`, pixels) }
	return bytes.ReplaceAll(openAPI, size(documentedPixels), size(n.info.Height*n.info.Width))
}
