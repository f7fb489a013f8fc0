package draw

import (
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

// regular is the typeface of charts, which has Latin, Greek and Cyrillic letters.
var regular = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(liberationsansregular.TTF) })

// newFace returns the face of a sheet's labels. They are as high as those of charts:
// labelSize in dots, of which a point at 72 DPI is one.
func newFace() (font.Face, error) {
	f, err := regular()
	if err != nil {
		return nil, err
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: float64(labelSize / px * density), DPI: 72, Hinting: font.HintingFull})
}

// shorten cuts letters off the end of text until it fits, with an ellipsis in their
// place.
func shorten(text string, fits func(string) bool) string {
	letters := []rune(text)
	for len(letters) > 0 && !fits(text) {
		letters = letters[:len(letters)-1]
		text = string(letters) + "…"
	}
	return text
}
