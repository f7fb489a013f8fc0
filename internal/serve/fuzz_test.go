package serve

import (
	"bytes"
	"context"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"mnistgpu/internal/hostile"
)

// unpackedSize is the size of a body or, if it is a picture that is small enough to be
// decoded, of that picture, with eight bytes a pixel.
func unpackedSize(body []byte) int {
	config, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || config.Width > maxSide || config.Height > maxSide {
		return len(body)
	}
	return len(body) + 8*max(config.Width, 0)*max(config.Height, 0)
}

// FuzzHandler sends requests of any kind and checks that the answer is one of the
// server's own: never a failure, and never without the security headers.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/", "localhost", "", "", []byte(nil))
	f.Add("GET", "/v1/units/3?x=%00", "[::1]:80", "", "http://[::1]:80", []byte(nil))
	f.Add("POST", "/v1/predict", "127.0.0.1", "application/json", "", []byte(`{"pixels":[0]}`))
	f.Add("POST", "/v1/predict?detail=true", "localhost", "application/json", "null", pixels(784, "255"))
	f.Add("POST", "/v1/predict", "localhost", "image/png; q=1", "", drawing(f, 20, 20))
	f.Add("OPTIONS", "*", "evil.example", "text/plain", "http://evil.example", []byte("x"))
	s, err := New(context.Background(), options(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.close() })
	handler := s.handler()
	f.Fuzz(func(t *testing.T, method, target, host, kind, origin string, body []byte) {
		request, err := http.NewRequest(method, "http://localhost/", nil)
		if err != nil {
			return // net/http rejects such a method
		}
		if request.URL, err = request.URL.Parse(target); err != nil || request.URL.Path == "/v1/events" {
			return
		}
		request.Host = host
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Origin", origin)
		var recorder *httptest.ResponseRecorder
		hostile.CheckCost(t, len(target)+unpackedSize(body), func() {
			request.Body = io.NopCloser(bytes.NewReader(body))
			request.ContentLength = int64(len(body))
			recorder = httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
		})
		if code := recorder.Code; code >= 500 || code < 200 || code == 200 && host == "evil.example" {
			t.Errorf("%s %s to %s: status %d: %s", method, target, host, code, recorder.Body)
		}
		if recorder.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Error("an answer without the headers of security")
		}
	})
}
