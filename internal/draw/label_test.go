package draw

import (
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

func TestShorten(t *testing.T) {
	face, err := newFace()
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	room := font.MeasureString(face, "hamster")
	fits := func(room fixed.Int26_6) func(string) bool {
		return func(text string) bool { return font.MeasureString(face, text) <= room }
	}
	for label, want := range map[string]string{"hamster": "hamster", "": "", "hamsters": "hams…", "ßßßßßßßßßßßß": "ßßßß…"} {
		got := shorten(label, fits(room))
		if got != want {
			t.Errorf("%q is cut to %q: want %q", label, got, want)
		}
		if width := font.MeasureString(face, got); width > room {
			t.Errorf("%q is %v wide: want at most %v", got, width, room)
		}
	}
	if got := shorten("hamster", fits(fixed.I(1))); got != "…" {
		t.Errorf("without room the label is %q: want an ellipsis", got)
	}
}
