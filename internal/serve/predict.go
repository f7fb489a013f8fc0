package serve

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/mnist/photo"
)

const (
	// maxBody bounds the body of a request. A drawing of the page takes a tenth of it.
	maxBody = 64 << 10

	// maxSide bounds the height and the width of a picture.
	maxSide = 1024
)

// predict responds with the answer for the image in the body of r.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) {
	kind, problem := bodyKind(r)
	if problem != nil {
		problem.write(w)
		return
	}
	options, problem := optionsOf(r)
	if problem != nil {
		problem.write(w)
		return
	}
	if r.ContentLength > maxBody {
		tooLarge().write(w)
		return
	}
	// A slow client must not keep others waiting, so its body is read before a slot is
	// taken.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		readProblem(err).write(w)
		return
	}
	received(w, r)
	turn, cancel := context.WithTimeout(r.Context(), s.options.Limits.Turn)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-turn.Done():
		problemf(http.StatusServiceUnavailable, "%d predictions at once are the most", cap(s.slots)).write(w)
		return
	}
	s.metrics.predictions.Add(1)
	defer s.metrics.predictions.Add(-1)
	a, problem := s.classifyBody(r.Context(), kind, body, options)
	if problem != nil {
		problem.write(w)
		return
	}
	writeJSON(w, a)
}

// predictOptions are what a request asks for beside its body.
type predictOptions struct {
	detail  bool
	prepare photo.Preparation // of a picture
}

// optionsOf returns the options in the address of r.
func optionsOf(r *http.Request) (predictOptions, *problem) {
	detail, prepare := r.URL.Query().Get("detail"), cmp.Or(r.URL.Query().Get("prepare"), string(photo.Auto))
	if !slices.Contains([]string{"", "true", "false"}, detail) {
		return predictOptions{}, problemf(http.StatusBadRequest, "detail must be true or false")
	}
	if !slices.Contains(photo.Preparations(), prepare) {
		return predictOptions{}, problemf(http.StatusBadRequest, "prepare must be %s", strings.Join(photo.Preparations(), ", "))
	}
	return predictOptions{detail == "true", photo.Preparation(prepare)}, nil
}

// classifyBody decodes a body and returns the answer of the network.
func (s *Server) classifyBody(ctx context.Context, kind string, body []byte, o predictOptions) (*answer, *problem) {
	start := time.Now()
	n := s.network.Load()
	if n == nil {
		return nil, problemf(http.StatusServiceUnavailable, noModel)
	}
	decode := s.readPNG
	if kind == "application/json" {
		decode = readPixels
	}
	image, problem := decode(n, body, o.prepare)
	if problem != nil {
		return nil, problem
	}
	a, err := s.classify(ctx, n, image, o.detail)
	if errors.Is(err, errNotFinite) {
		return nil, problemf(http.StatusUnprocessableEntity, "the model's answer to this image is not finite")
	}
	if err != nil {
		return nil, problemf(http.StatusServiceUnavailable, "the model cannot answer now")
	}
	s.metrics.observePrediction(time.Since(start))
	return a, nil
}

// bodyKind returns the type of the body, which must be JSON or PNG.
func bodyKind(r *http.Request) (string, *problem) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "image/png" {
		return "", problemf(http.StatusUnsupportedMediaType, "Content-Type must be application/json or image/png")
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return "", problemf(http.StatusUnsupportedMediaType, "the charset must be utf-8")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return "", problemf(http.StatusUnsupportedMediaType, "the body must have no Content-Encoding")
	}
	return kind, nil
}

// readProblem says why a body could not be read.
func readProblem(err error) *problem {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemf(http.StatusRequestTimeout, "the body did not come in time")
	}
	return problemf(http.StatusBadRequest, "the body must be as long as its head says, in chunks that are well-formed if it has chunks")
}

func tooLarge() *problem {
	return problemf(http.StatusRequestEntityTooLarge, "the body must have at most %d bytes", maxBody)
}

// readPixels returns the pixels of a {"pixels": [...]} body, inverted if those of the
// training images were. They are never prepared otherwise.
func readPixels(n *network, body []byte, _ photo.Preparation) ([]byte, *problem) {
	// Pointers tell null from 0. In JSON, 7.0 is a whole number just as 7 is. A struct would
	// also take the key twice, or as PIXELS.
	var given []*float64
	d := json.NewDecoder(bytes.NewReader(body))
	want := n.model.Height * n.model.Width
	wrong := problemf(http.StatusBadRequest, `the body must be {"pixels": [...]} with %d whole numbers from 0 to 255 and nothing else`, want)
	for _, token := range []json.Token{json.Delim('{'), "pixels"} {
		if t, err := d.Token(); err != nil || t != token {
			return nil, wrong
		}
	}
	if err := d.Decode(&given); err != nil || len(given) != want {
		return nil, wrong
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return nil, wrong
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong
	}
	pixels := make([]byte, want)
	for i, p := range given {
		if p == nil || *p != math.Trunc(*p) || *p < 0 || *p > 255 {
			return nil, wrong
		}
		pixels[i] = byte(*p)
	}
	if n.model.Form.Background == form.Light {
		form.Invert(pixels)
	}
	return pixels, nil
}

// readPNG prepares a picture for the network. It decodes one picture at a time, since a
// body of maxBody may unpack to 16 MiB.
func (s *Server) readPNG(n *network, body []byte, how photo.Preparation) ([]byte, *problem) {
	config, err := png.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "the body is not a PNG")
	}
	if config.Width > maxSide || config.Height > maxSide {
		return nil, problemf(http.StatusBadRequest, "the picture must be at most %dx%d", maxSide, maxSide)
	}
	s.decoding <- struct{}{}
	defer func() { <-s.decoding }()
	var picture image.Image
	if picture, err = png.Decode(bytes.NewReader(body)); err != nil {
		return nil, problemf(http.StatusBadRequest, "the PNG is broken")
	}
	pixels, err := photo.Prepare(picture, how, n.model.Form, n.model.Height, n.model.Width)
	switch {
	case errors.Is(err, photo.ErrBlank):
		return nil, problemf(http.StatusUnprocessableEntity, "the picture shows nothing")
	case errors.Is(err, photo.ErrSeveral):
		return nil, problemf(http.StatusUnprocessableEntity, "the picture shows several digits")
	case err != nil:
		return nil, problemf(http.StatusBadRequest, "the picture %v", err)
	}
	return pixels, nil
}
