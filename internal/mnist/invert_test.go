package mnist

import (
	"bytes"
	"testing"

	"mnistgpu/internal/mnist/form"
)

func TestInvert(t *testing.T) {
	d := Synthetic(200, 20, 1)
	train, test := bytes.Clone(d.Train.Images), bytes.Clone(d.Test.Images)
	sum, err := d.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	d.Measure()
	if d.Measured.Background != form.Dark || d.Measured.Images != 200 {
		t.Errorf("drawn digits are measured as %v", d.Measured)
	}
	for range 2 {
		d.Invert(true)
	}
	if other, _ := d.SHA256(); other == sum || d.Train.Images[0] != 255 || d.Test.Images[0] != 255 {
		t.Error("the images are not inverted, or are twice")
	}
	d.Measure()
	if d.Measured.Background != form.Light {
		t.Errorf("inverted digits are measured as %v", d.Measured)
	}
	for range 2 {
		d.Invert(false)
	}
	if !bytes.Equal(d.Train.Images, train) || !bytes.Equal(d.Test.Images, test) {
		t.Error("the images do not come back")
	}
}

// TestMNISTIsKnown checks that no time is spent on measuring it.
func TestMNISTIsKnown(t *testing.T) {
	d := Synthetic(20, 20, 1)
	d.verified = true
	if d.Measure(); d.Measured != (form.Measurement{}) {
		t.Errorf("it is measured as %v", d.Measured)
	}
}
