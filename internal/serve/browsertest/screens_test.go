package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreens shows the page on four screens. MNISTGPU_SCREENS names a folder for the
// pictures, which a person judges.
func TestScreens(t *testing.T) {
	needMNIST(t)
	address := start(t, trained)
	for name, s := range map[string]screen{
		"desktop-light": {width: 1280, height: 900, scale: 1},
		"desktop-dark":  {width: 1280, height: 900, scale: 1, dark: true},
		"phone-light":   {width: 390, height: 844, scale: 2, phone: true},
		"phone-dark":    {width: 390, height: 844, scale: 2, phone: true, dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, address, s)
			b.ready()
			b.look(name + "-empty")
			if s.phone {
				b.touch(digits[3])
			} else {
				b.draw(digits[3])
			}
			b.settled()
			b.until(`document.querySelectorAll("#units li:not(.idle)").length === 8`)
			b.look(name)
			b.fits(s.width, s.height)
		})
	}
}

// fits checks that the page is no wider than the screen, and that the bars are visible
// while somebody draws.
func (b *tab) fits(width, height int64) {
	b.t.Helper()
	if wide := value[float64](b, "document.documentElement.scrollWidth"); wide > float64(width) {
		b.t.Errorf("the page is %v pixels wide on a screen of %d", wide, width)
	}
	if bars := value[float64](b, `document.querySelector("#bars").getBoundingClientRect().bottom`); bars > float64(height) {
		b.t.Errorf("the bars end at %v, below a screen of %d: nobody sees them move", bars, height)
	}
}

// look saves a picture of the whole page.
func (b *tab) look(name string) {
	b.t.Helper()
	dir := os.Getenv("MNISTGPU_SCREENS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o666); err != nil {
		b.t.Fatal(err)
	}
}
