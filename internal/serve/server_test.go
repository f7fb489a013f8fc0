package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
	"mnistgpu/internal/train"
)

// hidden is the width of the sample's hidden layer.
const hidden = 12

// sample is a model of 28x28 pixels and ten classes that has learned nothing.
func sample() *model.Model {
	draw := rand.New(rand.NewPCG(1, 0))
	m := &model.Model{Height: 28, Width: 28, PixelScale: 1.0 / 255}
	for i, widths := range [][]int{{784, hidden}, {hidden, 10}} {
		weight := model.Tensor{Name: fmt.Sprintf("layers.%d.weight", i), Shape: widths}
		for range widths[0] * widths[1] {
			weight.Values = append(weight.Values, float32(0.1*draw.NormFloat64()))
		}
		bias := model.Tensor{Name: fmt.Sprintf("layers.%d.bias", i), Shape: widths[1:], Values: make([]float32, widths[1])}
		m.Tensors = append(m.Tensors, weight, bias)
	}
	return m
}

func save(t testing.TB, path string, m *model.Model) {
	t.Helper()
	content, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, content)
}

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// options serve the sample, with a poll interval that is short enough for tests.
func options(t testing.TB) Options {
	path := filepath.Join(t.TempDir(), "sample.safetensors")
	save(t, path, sample())
	limits := DefaultLimits()
	limits.Poll = 5 * time.Millisecond
	return Options{
		Model: path, Classes: strings.Fields("a b c d e f g h i j"), Version: "v1.2.3", Limits: limits,
		Open:  func() (backend.Backend, error) { return cpu.Open(cpu.Options{}) },
		Hosts: []string{"127.0.0.1", "localhost", "::1"},
		Log:   log.New(io.Discard, "", 0),
	}
}

// running is a server that answers.
type running struct {
	*Server
	url  string
	stop func() error // ends the server and returns what Serve did
}

// start starts a server, which ends with the test.
func start(t testing.TB, o Options) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	var result error
	ended := false
	stop := func() error {
		if !ended {
			cancel()
			result, ended = <-served, true
		}
		return result
	}
	t.Cleanup(func() { stop() })
	return &running{s, "http://" + l.Addr().String(), stop}
}

// reply is an answer whose body has been read.
type reply struct {
	*http.Response
	body []byte
}

func (r *running) send(t testing.TB, request *http.Request) reply {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, body}
}

func (r *running) get(t testing.TB, path string) reply {
	t.Helper()
	return r.send(t, r.request(t, http.MethodGet, path, nil))
}

func (r *running) post(t testing.TB, kind string, body []byte) reply {
	t.Helper()
	request := r.request(t, http.MethodPost, "/v1/predict?detail=true", body)
	request.Header.Set("Content-Type", kind)
	return r.send(t, request)
}

func (r *running) request(t testing.TB, method, path string, body []byte) *http.Request {
	t.Helper()
	request, err := http.NewRequest(method, r.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// decode reads a JSON body.
func decode[T any](t testing.TB, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return v
}

// pixels is a JSON body with n pixels of the given value.
func pixels(n int, value string) []byte {
	return []byte(`{"pixels":[` + strings.TrimSuffix(strings.Repeat(value+",", n), ",") + `]}`)
}

// drawing is a PNG with a dark stroke on a light background.
func drawing(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for y := height / 4; y < height*3/4; y++ {
		for x := width * 2 / 5; x < width/2; x++ {
			picture.SetGray(x, y, color.Gray{})
		}
	}
	return encode(t, picture)
}

func encode(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// history is a history.csv of n lines.
func history(n int) []train.Record {
	list := make([]train.Record, n)
	for i := range list {
		list[i] = train.Record{Step: i, Epoch: float64(i + 1), Loss: 1 / float64(i+1), TestAccuracy: 0.5}
	}
	return list
}

// eventually waits for what should happen at once. It counts checks and not time, since a
// machine may stall.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for range 10_000 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("never: " + what)
}

// goroutines waits until there are no more goroutines than before.
func goroutines(t testing.TB, before int) {
	t.Helper()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	eventually(t, "as few goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}
