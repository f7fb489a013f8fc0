package serve

import (
	"image"
	"net/http"
	"slices"
	"testing"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
)

// shaped is the sample, trained on images of a form.
func shaped(f form.Form) *model.Model {
	m := sample()
	m.Form = f
	return m
}

// seen posts a body and returns the pixels that the network saw.
func (s *running) seen(t *testing.T, query, kind string, body []byte) []int {
	t.Helper()
	request := s.request(t, http.MethodPost, "/v1/predict?detail=true"+query, body)
	request.Header.Set("Content-Type", kind)
	return decode[answer](t, s.send(t, request)).Image
}

// spot is a picture of one light pixel on dark, or of one dark pixel on light.
func spot(t *testing.T, side int, light bool) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, side, side))
	img.Pix[3] = 255
	if light {
		form.Invert(img.Pix)
	}
	return encode(t, img)
}

// TestPicturesLookLikeTheTrainingImages asks networks of all forms about a spot at the top:
// only in images that are not cropped is it still there.
func TestPicturesLookLikeTheTrainingImages(t *testing.T) {
	for _, test := range []struct {
		form  form.Form
		query string
		stays bool
	}{
		{form.Form{}, "", false},
		{form.Form{Background: form.Light}, "", false},
		{form.Form{Framing: form.Whole}, "", true},
		{form.Form{Framing: form.Whole}, "&prepare=auto", true},
		{form.Form{Framing: form.Whole}, "&prepare=mnist", false},
		{form.Form{Framing: form.Cropped, Box: 1}, "", true}, // of the images' size
		{form.Form{Background: form.Light, Framing: form.Whole}, "", true},
	} {
		o := options(t)
		save(t, o.Model, shaped(test.form))
		s := start(t, o)
		for _, light := range []bool{false, true} {
			got := s.seen(t, test.query, "image/png", spot(t, 28, light))
			if stays := got[3] == 255 && got[0] == 0; stays != test.stays {
				t.Errorf("%+v%s, light %v: the spot stays: %v", test.form, test.query, light, stays)
			}
		}
		s.stop()
	}
}

// TestPicturesAsTheyAre has a network that was trained on dark ink.
func TestPicturesAsTheyAre(t *testing.T) {
	o := options(t)
	save(t, o.Model, shaped(form.Form{Background: form.Light}))
	s := start(t, o)
	for light, want := range map[bool]int{false: 0, true: 255} {
		if got := s.seen(t, "&prepare=as-is", "image/png", spot(t, 28, light)); got[3] != want || got[0] != 255-want {
			t.Errorf("light %v: the network sees %v", light, got[:4])
		}
	}
	if got := s.seen(t, "", "application/json", pixels(784, "5")); !slices.Equal(got[:2], []int{250, 250}) {
		t.Errorf("of pixels of 5 the network sees %v", got[:2])
	}
	for query, want := range map[string]int{"?prepare=mnist": 200, "?prepare=as-is": 400, "?prepare=": 200, "?prepare=other": 400} {
		request := s.request(t, http.MethodPost, "/v1/predict"+query, drawing(t, 100, 80))
		request.Header.Set("Content-Type", "image/png")
		if r := s.send(t, request); r.StatusCode != want {
			t.Errorf("%s of a picture of 100x80: status %d, want %d: %s", query, r.StatusCode, want, r.body)
		}
	}
	if m := decode[modelInfo](t, s.get(t, "/v1/model")); m.Background != "light" || m.Framing != "centred" {
		t.Errorf("the model is described as %+v", m)
	}
}
