package picture

import (
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// labelSize is the height of labels, in pixels: one point at 72 dots per inch.
const labelSize = 26

// regular is the typeface of charts, which has Latin, Greek and Cyrillic letters.
var regular = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(liberationsansregular.TTF) })

// newFace returns the face of labels.
func newFace() (font.Face, error) {
	f, err := regular()
	if err != nil {
		return nil, err
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: labelSize, DPI: 72, Hinting: font.HintingFull})
}

// cut shortens label until it fits into room, with an ellipsis if it was cut.
func cut(face font.Face, label string, room fixed.Int26_6) string {
	if font.MeasureString(face, label) <= room {
		return label
	}
	letters := []rune(label)
	for len(letters) > 0 && font.MeasureString(face, string(letters)+"…") > room {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}
