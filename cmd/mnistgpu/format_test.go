package main

import (
	"testing"
	"time"

	"mnistgpu/internal/train"
)

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{clock(0), "0.0s"},
		{clock(8340 * time.Millisecond), "8.3s"},
		{clock(59940 * time.Millisecond), "59.9s"},
		{clock(59960 * time.Millisecond), "1m00s"},
		{clock(125 * time.Second), "2m05s"},
		{clock(3599 * time.Second), "59m59s"},
		{clock(3780 * time.Second), "1h03m"},
		{thousands(7), "7"},
		{thousands(999), "999"},
		{thousands(60000), "60,000"},
		{thousands(1234567), "1,234,567"},
		{lossText(0.019019), "0.01902"},
		{lossText(2.302585), "2.303"},
		{lossText(74046.31), "74046"},
		{position(1, 4690, 469), "epoch  1/10"},
		{position(469, 4690, 469), "epoch  1/10"},
		{position(470, 4690, 469), "epoch  2/10"},
		{position(4690, 4690, 469), "epoch 10/10"},
		{position(5, 20, 469), "step  5/20"},
		{position(101, 301, 1), "step 101/301"},
		{stepTime(0.0000123), "12.3 us"},
		{stepTime(0.00456), "4.56 ms"},
		{stepTime(1.234), "1.23 s"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// TestFitParts draws the line of a run in narrower and narrower terminals.
func TestFitParts(t *testing.T) {
	parts := progressParts(train.Progress{
		Step: 5, Steps: 300, StepsPerEpoch: 469, Loss: 0.5, Accuracy: 0.875, ImagesPerSecond: 123456, Remaining: 8 * time.Second,
	})
	const whole = "step   5/300  loss 0.5  train 87.50 %  123,456 images/s  ETA 8.0s"
	for _, test := range []struct {
		room int
		want string
	}{
		{1000, whole},
		{len(whole), whole},
		{len(whole) - 1, "step   5/300  loss 0.5  train 87.50 %  ETA 8.0s"},
		{40, "step   5/300  loss 0.5  ETA 8.0s"},
		{30, "step   5/300  ETA 8.0s"},
		{8, "step   5"},
		{0, ""},
		{-5, ""},
	} {
		if got := fitParts(parts, test.room); got != test.want {
			t.Errorf("in %d characters: %q, want %q", test.room, got, test.want)
		}
	}
	if got := joinParts(parts); got != whole {
		t.Errorf("afterwards the line is %q", got)
	}
}
