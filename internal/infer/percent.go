package infer

import "fmt"

// Percent formats a fraction of 1 as a percentage. It does not round to 0 % or
// 100 % a number that is neither.
func Percent(p float64) string {
	switch {
	case p > 0 && p < 0.00005:
		return "<0.01 %"
	case p < 1 && p >= 0.99995:
		return ">99.99 %"
	}
	return fmt.Sprintf("%.2f %%", 100*p)
}
