package ui

import (
	"testing"
	"time"
)

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Clock(0), "0.0s"},
		{Clock(8340 * time.Millisecond), "8.3s"},
		{Clock(59940 * time.Millisecond), "59.9s"},
		{Clock(59960 * time.Millisecond), "1m00s"},
		{Clock(125 * time.Second), "2m05s"},
		{Clock(3599 * time.Second), "59m59s"},
		{Clock(3780 * time.Second), "1h03m"},
		{Seconds(8.34), "8.3s"},
		{Seconds(125), "2m05s"},
		{Thousands(0), "0"},
		{Thousands(7), "7"},
		{Thousands(999), "999"},
		{Thousands(1000), "1,000"},
		{Thousands(59_997), "59,997"},
		{Thousands(123_456_789), "123,456,789"},
		{Thousands(12345), "12,345"},
		{Thousands(60000), "60,000"},
		{Thousands(1234567), "1,234,567"},
		{Plural("epoch", 1), "epoch"},
		{Plural("epoch", 0), "epochs"},
		{Plural("epoch", 1.5), "epochs"},
		{Loss(0.019019), "0.01902"},
		{Loss(2.302585), "2.303"},
		{Loss(999.96), "1000"},
		{Loss(74046.31), "74046"},
		{Gibibytes(139 << 30), "139.0 GiB"},
		{Gibibytes(1 << 29), "0.5 GiB"},
		{Megabytes(9912422), "9.9 MB"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
