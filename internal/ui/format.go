package ui

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Thousands groups the digits of n: 60,000.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural returns the word for n of something, given the word for one.
func Plural(one string, n float64) string {
	if n == 1 {
		return one
	}
	return one + "s"
}

// Clock formats a time for people: "8.3s", "2m05s", "1h03m".
func Clock(d time.Duration) string {
	whole := int(math.Round(d.Seconds()))
	switch {
	case d.Seconds() < 59.95:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case whole < 3600:
		return fmt.Sprintf("%dm%02ds", whole/60, whole%60)
	}
	return fmt.Sprintf("%dh%02dm", whole/3600, whole%3600/60)
}

// Seconds is [Clock] for a number of seconds.
func Seconds(s float64) string { return Clock(time.Duration(s * float64(time.Second))) }

// Loss formats a loss with four digits, or with all those before the decimal point.
func Loss(loss float64) string {
	if loss >= 1000 {
		return fmt.Sprintf("%.0f", loss)
	}
	return fmt.Sprintf("%.4g", loss)
}

// Gibibytes formats a number of bytes.
func Gibibytes(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }

// Megabytes formats a number of bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
