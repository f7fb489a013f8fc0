package serve

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// journal is a buffer that goroutines share.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *journal) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *journal) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestDescriptionIsWhatThereIs compares openapi.json with the routes.
func TestDescriptionIsWhatThereIs(t *testing.T) {
	var description struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(openAPI, &description); err != nil {
		t.Fatal(err)
	}
	if description.OpenAPI != "3.1.0" {
		t.Errorf("it is of OpenAPI %q", description.OpenAPI)
	}
	s := &Server{}
	for path, methods := range s.routes() {
		if pageFiles[path] != nil {
			continue // for browsers
		}
		for method := range methods {
			operation, ok := description.Paths[path][strings.ToLower(method)]
			if !ok {
				t.Errorf("%s %s is not described", method, path)
			}
			for _, code := range []string{"200", "401", "403", "405", "421"} {
				if operation.Responses[code] == nil {
					t.Errorf("%s %s: status %s is not described", method, path, code)
				}
			}
		}
	}
	for path, methods := range description.Paths {
		for method := range methods {
			if s.routes()[path][strings.ToUpper(method)] == nil {
				t.Errorf("%s %s is described and is not there", method, path)
			}
		}
	}
}

// TestDescriptionKnowsTheImages has a model of smaller images than MNIST's.
func TestDescriptionKnowsTheImages(t *testing.T) {
	o := options(t)
	small := sample()
	small.Height, small.Width = 2, 3
	small.Tensors[0].Shape[0], small.Tensors[0].Values = 6, small.Tensors[0].Values[:6*small.Tensors[0].Shape[1]]
	save(t, o.Model, small)
	s := start(t, o)
	description := decode[struct {
		Components struct {
			Schemas struct {
				Pixels struct {
					Properties struct {
						Pixels struct{ MinItems, MaxItems int }
					}
				}
			}
		}
	}](t, s.get(t, "/openapi.json"))
	if got := description.Components.Schemas.Pixels.Properties.Pixels; got.MinItems != 6 || got.MaxItems != 6 {
		t.Errorf("%+v pixels, want 6", got)
	}
	if r := s.post(t, "application/json", pixels(6, "1")); r.StatusCode != 200 {
		t.Errorf("6 pixels have status %d", r.StatusCode)
	}
}

// sampleLine is a line of Prometheus's text format: a name, labels, a number.
var sampleLine = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? ([0-9.e+-]+|\+Inf)$`)

func TestMetrics(t *testing.T) {
	s := start(t, options(t))
	s.post(t, "application/json", pixels(784, "1"))
	s.post(t, "application/json", nil)
	s.get(t, "/nowhere")
	s.send(t, s.request(t, "BREW", "/", nil))
	typed := map[string]bool{}
	lines := strings.Split(strings.TrimSuffix(string(s.get(t, "/metrics").body), "\n"), "\n")
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			typed[strings.Fields(rest)[0]] = true
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		match := sampleLine.FindStringSubmatch(line)
		if match == nil {
			t.Errorf("no line of the format: %s", line)
			continue
		}
		name := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(match[1], "")
		if !typed[name] && !typed[match[1]] {
			t.Errorf("a sample without a type: %s", line)
		}
	}
	for _, want := range []string{
		`mnistgpu_build_info{version="v1.2.3"} 1`,
		`mnistgpu_http_requests_total{route="/v1/predict",method="POST",code="200"} 1`,
		`mnistgpu_http_requests_total{route="/v1/predict",method="POST",code="400"} 1`,
		`mnistgpu_http_requests_total{route="none",method="GET",code="404"} 1`,
		`mnistgpu_http_requests_total{route="/",method="other",code="405"} 1`,
		`mnistgpu_prediction_seconds_bucket{le="+Inf"} 1`,
		`mnistgpu_prediction_seconds_count 1`,
		`mnistgpu_predictions_in_progress 0`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s", want)
		}
	}
}

// TestSeriesAreBounded keeps hostile requests from filling the memory with
// names.
func TestSeriesAreBounded(t *testing.T) {
	g := newMetrics("")
	for i := range 100 {
		method := strings.Repeat("X", i+1)
		g.countRequest("", method, 405)
	}
	if len(g.requests) != 1 {
		t.Errorf("%d series of one route", len(g.requests))
	}
}

// TestPageIsComplete checks that every file that the page names exists, and that the
// page loads nothing from elsewhere.
func TestPageIsComplete(t *testing.T) {
	named := regexp.MustCompile(`(?:src|href|from)=?\s?"(\.?/[^"]*)"`)
	elsewhere := regexp.MustCompile(`(?i)https?://|(?:src|href|url\()\s*=?\s*["']?//`)
	for path, file := range pageFiles {
		text := strings.ReplaceAll(string(file.content), "http://www.w3.org/2000/svg", "")
		if at := elsewhere.FindString(text); at != "" {
			t.Errorf("%s names %s", path, at)
		}
		for _, match := range named.FindAllStringSubmatch(text, -1) {
			target := strings.TrimPrefix(match[1], ".")
			if pageFiles[target] == nil && target != "/openapi.json" {
				t.Errorf("%s names %s, which is not there", path, target)
			}
		}
		if strings.Contains(text, "style=") || strings.Contains(text, "onclick") || strings.Contains(text, "innerHTML") {
			t.Errorf("%s has what the rules of security forbid", path)
		}
	}
}
