package sweep

import (
	"testing"

	"github.com/spf13/pflag"

	"mnistgpu/internal/settings"
)

// TestAxes gives flags texts that are lists or ranges of what their settings take, and
// others, and checks what a flag that refuses one says.
func TestAxes(t *testing.T) {
	const range1 = "; or with --method random a range such as 0.001:1"
	const range100 = "; or with --method random a range such as 100:1000"
	for _, test := range []struct {
		name, must string
		good, bad  []string
	}{
		{"lr", "values between commas, each a number" + range1, []string{"0.1", "0.1,1e30", "0.001:1"}, []string{"", "0.1,", "0.1,fast", "1:0.1", "0:1"}},
		{"hidden", "networks between commas, such as 400,1024x512" + range100, []string{"400,1024x512", "100:1000"}, []string{"1024,x", "8x"}},
		{"batch", "values between commas, each a whole number, at least 1, or full" + range100, []string{"64,full", "1:10"}, []string{"64,x", "0"}},
		{"optimizer", "values between commas, each sgd, momentum or adam", []string{"sgd,adam"}, []string{"sgd,", "1:2", "SGD"}},
		{"shuffle", "values between commas, each true or false", []string{"true,false"}, []string{"true,x", "0.5:1"}},
		{"seed", "values between commas, each a whole number, 0 or greater" + range100, []string{"1,18446744073709551615"}, []string{"1,x", "-1"}},
		{"time", "values between commas, each a time, such as 90s or 10m", []string{"90s,10m"}, []string{"1m,x", "1:2"}},
	} {
		f := pflag.NewFlagSet("sweep", pflag.ContinueOnError)
		new(axes).register(f)
		flag := f.Lookup(test.name)
		if got := settings.MustOf(flag); got != test.must {
			t.Errorf("--%s must be %s, want %s", test.name, got, test.must)
		}
		for _, text := range test.good {
			if err := flag.Value.Set(text); err != nil || flag.Value.String() != text {
				t.Errorf("--%s %s: %v, and is %s", test.name, text, err, flag.Value)
			}
		}
		for _, text := range test.bad {
			if flag.Value.Set(text) == nil {
				t.Errorf("--%s takes %q", test.name, text)
			}
		}
	}
}
