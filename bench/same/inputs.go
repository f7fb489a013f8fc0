// Command same draws the inputs of commands.sh into a folder: digits.csv with images of
// four classes, pictures with PNG files of two classes, and drawings to predict, which
// are larger and dark on light.
package main

import (
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
)

func main() {
	folder := os.Args[1]
	digits := create(folder, "digits.csv")
	for n := range 400 {
		fmt.Fprint(digits, n%4)
		for _, pixel := range ring(12, 12, n%4).Pix {
			fmt.Fprintf(digits, ",%d", pixel)
		}
		fmt.Fprintln(digits)
	}
	for n := range 20 {
		for radius, class := range []string{"dot", "ring"} {
			check(png.Encode(create(folder, fmt.Sprintf("pictures/%s/%d.png", class, n)), ring(10, 8, 2*radius)))
		}
	}
	fmt.Fprint(create(folder, "pictures/dot/broken.png"), "not a PNG")

	drawing := ring(90, 120, 1)
	for i, pixel := range drawing.Pix {
		drawing.Pix[i] = 255 - pixel
	}
	check(png.Encode(create(folder, "drawings/ring.png"), drawing))
	check(jpeg.Encode(create(folder, "drawings/ring.jpg"), drawing, nil))
	check(gif.Encode(create(folder, "drawings/ring.gif"), drawing, nil))
}

var random = rand.New(rand.NewPCG(1, 2))

// ring draws a noisy light ring on black. The larger its radius, the thinner it is; with
// radius 0, it is a dot.
func ring(width, height, radius int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		x := float64(2*(i%width)+1)/float64(width) - 1
		y := float64(2*(i/width)+1)/float64(height) - 1
		picture.Pix[i] = uint8(random.IntN(60))
		if int(4*(x*x+y*y)) == radius {
			picture.Pix[i] += 150
		}
	}
	return picture
}

func create(folder, name string) *os.File {
	path := filepath.Join(folder, name)
	check(os.MkdirAll(filepath.Dir(path), 0o777))
	file, err := os.Create(path)
	check(err)
	return file
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
