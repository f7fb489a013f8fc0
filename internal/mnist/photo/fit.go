package photo

import (
	"image"
	stddraw "image/draw"

	"golang.org/x/image/draw"
)

// Grey returns a picture in grey, with what is transparent as black. Numbers of 16 bits
// lose their lower half.
func Grey(img image.Image) *image.Gray {
	size := img.Bounds().Size()
	grey := image.NewGray(image.Rectangle{Max: size})
	stddraw.Draw(grey, grey.Rect, img, img.Bounds().Min, stddraw.Src)
	return grey
}

// Fit writes a picture to dst, an image of height x width pixels. If it has another
// size, it is scaled with linear interpolation, and its aspect is kept: what is left
// over at two sides gets the median grey of its border.
func Fit(dst []byte, height, width int, g *image.Gray) {
	size := g.Rect.Size()
	if size == image.Pt(width, height) {
		for y := range height {
			copy(dst[y*width:], g.Pix[y*g.Stride:][:width])
		}
		return
	}
	box := image.Rect(0, 0, width, height)
	if w, h := size.X*height, size.Y*width; w > h { // wider than the box
		box.Max.Y = max(1, (size.Y*width+size.X/2)/size.X)
	} else {
		box.Max.X = max(1, (size.X*height+size.Y/2)/size.Y)
	}
	box = box.Add(image.Pt((width-box.Dx())/2, (height-box.Dy())/2))
	out := &image.Gray{Pix: dst, Stride: width, Rect: image.Rect(0, 0, width, height)}
	if box != out.Rect {
		ground := median(borderOf(g))
		for i := range dst[:height*width] {
			dst[i] = ground
		}
	}
	draw.BiLinear.Scale(out, box, g, g.Rect, draw.Src, nil)
}
