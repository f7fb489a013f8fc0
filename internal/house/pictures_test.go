package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// pictureName matches a reference of a page to a picture in docs/pictures.
var pictureName = regexp.MustCompile(`(?:\]\(|src=")(?:docs/)?pictures/([^)"]+)`)

// TestPicturesAreShown checks that every picture that a page shows exists, and that
// every picture is shown by a page.
func TestPicturesAreShown(t *testing.T) {
	var shown []string
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in docs: %v", err)
	}
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range pictureName.FindAllStringSubmatch(string(text), -1) {
			name := match[1]
			if _, err := os.Stat(filepath.Join("../../docs/pictures", name)); err != nil {
				t.Errorf("%s shows %s: %v", page, name, err)
			}
			shown = append(shown, name)
		}
	}
	pictures, err := os.ReadDir("../../docs/pictures")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		if !slices.Contains(shown, p.Name()) {
			t.Errorf("no page shows %s", p.Name())
		}
	}
}
