package serve

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/model"
)

func TestAnswerIsTheModels(t *testing.T) {
	s := start(t, options(t))
	b, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	n, err := infer.Open(b, sample(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"0", "7", "255"} {
		a := decode[answer](t, s.post(t, "application/json", pixels(784, value)))
		image := make([]byte, 784)
		for i, v := range a.Image {
			image[i] = byte(v)
		}
		want, err := n.Probabilities(image)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for k, p := range a.Probabilities {
			sum += p
			if p != want[k] || p > a.Probability {
				t.Errorf("pixels of %s, class %d: %v, want %v, at most %v", value, k, p, want[k], a.Probability)
			}
		}
		if !(math.Abs(sum-1) <= 1e-12) { // ten roundings of numbers below 1
			t.Errorf("the probabilities add up to %v", sum)
		}
		if a.Name != string(rune('a'+a.Class)) || a.Probability != a.Probabilities[a.Class] {
			t.Errorf("class %d is %s with %v", a.Class, a.Name, a.Probability)
		}
		activations, err := n.Activations(0)
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range a.Units {
			if u.Activation != activations[u.Unit] || i > 0 && u.Activation > a.Units[i-1].Activation {
				t.Errorf("unit %d fires with %v after %v, want %v", u.Unit, u.Activation, a.Units[:i], activations[u.Unit])
			}
		}
	}
}

func TestDetailIsLeftOutUnlessAsked(t *testing.T) {
	s := start(t, options(t))
	request := s.request(t, http.MethodPost, "/v1/predict", pixels(784, "9"))
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	a := decode[answer](t, s.send(t, request))
	if a.Image != nil || a.Units != nil || len(a.Probabilities) != 10 {
		t.Errorf("the answer is %+v", a)
	}
	a = decode[answer](t, s.post(t, "image/png", drawing(t, 100, 80)))
	if len(a.Image) != 784 || len(a.Units) == 0 || len(a.Units) > shownUnits {
		t.Errorf("the answer in detail has %d pixels and %d units", len(a.Image), len(a.Units))
	}
}

func TestBadBodies(t *testing.T) {
	s := start(t, options(t))
	good, whole := pixels(784, "1"), drawing(t, 60, 60)
	for _, test := range []struct {
		name, kind string
		body       []byte
		want       int
	}{
		{"good", "application/json", good, 200},
		{"whole numbers with a point", "application/json", pixels(784, "255.0"), 200},
		{"the largest picture", "image/png", drawing(t, maxSide, maxSide), 200},
		{"a picture of a pixel's width", "image/png", drawing(t, 60, 1), 422},
		{"nothing", "application/json", nil, 400},
		{"one pixel less", "application/json", pixels(783, "1"), 400},
		{"one pixel more", "application/json", pixels(785, "1"), 400},
		{"no pixels", "application/json", pixels(0, "1"), 400},
		{"too light", "application/json", pixels(784, "-1"), 400},
		{"too dark", "application/json", pixels(784, "256"), 400},
		{"fractions", "application/json", pixels(784, "0.5"), 400},
		{"too many digits", "application/json", pixels(784, "1e999"), 400},
		{"null", "application/json", pixels(784, "null"), 400},
		{"texts", "application/json", pixels(784, `"1"`), 400},
		{"lists", "application/json", pixels(784, "[1]"), 400},
		{"a text in base64", "application/json", []byte(`{"pixels":"` + strings.Repeat("AAAA", 784/3) + `"}`), 400},
		{"another key", "application/json", []byte(`{"image":[1]}`), 400},
		{"one key too many", "application/json", append(bytes.Clone(good[:len(good)-1]), `,"x":1}`...), 400},
		{"more after it", "application/json", append(bytes.Clone(good), "{}"...), 400},
		{"cut off", "application/json", good[:len(good)-2], 400},
		{"a bare list", "application/json", []byte("[1]"), 400},
		{"deep", "application/json", bytes.Repeat([]byte("["), 60_000), 400},
		{"too large", "application/json", pixels(maxBody/2, "1"), 413},
		{"a PNG as JSON", "application/json", whole, 400},
		{"JSON as a PNG", "image/png", good, 400},
		{"half a PNG", "image/png", whole[:len(whole)/2], 400},
		{"the head of a PNG", "image/png", whole[:33], 400},
		{"too wide", "image/png", drawing(t, maxSide+1, 10), 400},
		{"too high", "image/png", drawing(t, 10, maxSide+1), 400},
		{"a bomb", "image/png", bomb(t, whole), 400},
		{"blank", "image/png", encode(t, image.NewGray(image.Rect(0, 0, 50, 50))), 422},
		{"transparent", "image/png", encode(t, image.NewNRGBA(image.Rect(0, 0, 50, 50))), 422},
		{"no type", "", good, 415},
		{"a form", "application/x-www-form-urlencoded", good, 415},
		{"text", "text/plain", good, 415},
		{"another picture", "image/jpeg", whole, 415},
		{"half a type", "application/json; charset", good, 415},
	} {
		r := s.post(t, test.kind, test.body)
		if r.StatusCode != test.want {
			t.Errorf("%s: status %d, want %d: %s", test.name, r.StatusCode, test.want, r.body)
		}
		if r.StatusCode != 200 {
			if p := decode[problem](t, r); p.Status != test.want || p.Title == "" || p.Detail == "" {
				t.Errorf("%s: the problem is %+v", test.name, p)
			}
		}
	}
	for query, want := range map[string]int{"?detail=false": 200, "?detail=yes": 400, "?detail=1": 400} {
		request := s.request(t, http.MethodPost, "/v1/predict"+query, good)
		request.Header.Set("Content-Type", "application/json")
		if r := s.send(t, request); r.StatusCode != want {
			t.Errorf("%s: status %d, want %d", query, r.StatusCode, want)
		}
	}
	request := s.request(t, http.MethodPost, "/v1/predict", good)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Content-Encoding", "gzip")
	if r := s.send(t, request); r.StatusCode != 415 {
		t.Errorf("a compressed body: status %d, want 415", r.StatusCode)
	}
}

// TestAnswersThatAreNotFinite uses models whose weights are finite but huge: one whose
// probabilities are NaN, and one whose second hidden layer hides that a unit of the
// first is infinite.
func TestAnswersThatAreNotFinite(t *testing.T) {
	const huge = 3e38
	fill := func(values []float32, v float32) {
		for i := range values {
			values[i] = v
		}
	}
	wide := sample()
	fill(wide.Tensors[0].Values, huge)
	fill(wide.Tensors[2].Values, huge)
	deep := sample()
	fill(deep.Tensors[0].Values, huge)
	between := []model.Tensor{
		{Name: "layers.1.weight", Shape: []int{hidden, hidden}, Values: make([]float32, hidden*hidden)},
		{Name: "layers.1.bias", Shape: []int{hidden}, Values: make([]float32, hidden)},
	}
	fill(between[0].Values, -1)
	deep.Tensors = slices.Insert(deep.Tensors, 2, between...)
	deep.Tensors[4].Name, deep.Tensors[5].Name = "layers.2.weight", "layers.2.bias"
	for name, m := range map[string]*model.Model{"probabilities": wide, "activations": deep} {
		o := options(t)
		save(t, o.Model, m)
		s := start(t, o)
		r := s.post(t, "application/json", pixels(784, "255"))
		if r.StatusCode != 422 {
			t.Fatalf("%s that are not finite: status %d, want 422: %s", name, r.StatusCode, r.body)
		}
		if p := decode[problem](t, r); p.Detail != "the model's answer to this image is not finite" {
			t.Errorf("%s: the problem is %+v", name, p)
		}
		if r := s.post(t, "application/json", pixels(784, "0")); r.StatusCode != 200 {
			t.Errorf("%s: an image of which the answer is finite: status %d", name, r.StatusCode)
		}
	}
}

// bomb makes a PNG claim 50,000 pixels a side. Its checksum is then wrong, so a reader
// that got as far as the pixels would fail with another error.
func bomb(t *testing.T, png []byte) []byte {
	t.Helper()
	bomb := bytes.Clone(png)
	copy(bomb[16:], []byte{0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50})
	return bomb
}

// TestProblemsRepeatNothing looks for the client's words in the answers.
func TestProblemsRepeatNothing(t *testing.T) {
	s := start(t, options(t))
	const words = "client-words"
	for _, r := range []reply{
		s.get(t, "/"+words),
		s.get(t, "/v1/units/"+words),
		s.post(t, "application/"+words, nil),
		s.post(t, "application/json", []byte(`{"`+words+`":1}`)),
		s.post(t, "application/json", []byte(`{"pixels":"`+words+`"}`)),
		s.send(t, s.request(t, "PUT", "/?"+words, []byte(words))),
	} {
		if r.StatusCode < 400 || bytes.Contains(r.body, []byte(words)) {
			t.Errorf("status %d: %s", r.StatusCode, r.body)
		}
	}
}

// lost is a backend whose device fails at the first download.
type lost struct{ backend.Backend }

func (l lost) Download([]byte, backend.Tensor) error { return backend.ErrDeviceLost }

// TestFaultOfTheBackendEndsTheServer checks that a server does not continue with a device
// that has failed.
func TestFaultOfTheBackendEndsTheServer(t *testing.T) {
	o := options(t)
	open := o.Open
	o.Open = func() (backend.Backend, error) {
		b, err := open()
		return lost{b}, err
	}
	s := start(t, o)
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 503 {
		t.Errorf("status %d, want 503", r.StatusCode)
	}
	eventually(t, "an end", func() bool {
		select {
		case <-s.worker.ended:
			return true
		default:
			return false
		}
	})
	if err := s.stop(); !errors.Is(err, backend.ErrDeviceLost) {
		t.Errorf("Serve returns %v, want the fault", err)
	}
}

func TestABadModelIsTold(t *testing.T) {
	o := options(t)
	put(t, o.Model, []byte("no model"))
	if _, err := New(context.Background(), o); err == nil || !strings.Contains(err.Error(), o.Model) {
		t.Errorf("New returns %v, want the file's name", err)
	}
}
