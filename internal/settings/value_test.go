package settings

import (
	"slices"
	"testing"
	"time"

	"mnistgpu/internal/mnist"
)

func TestInterval(t *testing.T) {
	for _, test := range []struct {
		text string
		want Interval
	}{{"epoch", Interval{}}, {"7", Interval{Steps: 7}}, {"1m30s", Interval{Time: 90 * time.Second}}} {
		i := Interval{Steps: 1, Time: time.Hour}
		if err := i.Set(test.text); err != nil || i != test.want || i.String() != test.text {
			t.Errorf("%s became %v, %v", test.text, i, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "0s", "-1s", "1.5", "epochs", "3x"} {
		i := Interval{Steps: 7}
		if i.Set(text) == nil || i.Steps != 7 {
			t.Errorf("%q became %v", text, i)
		}
	}
}

func TestClassesIn(t *testing.T) {
	data := &mnist.Dataset{Classes: 7}
	if c := (&Classes{}).In(data); c.String() != "7" || c.Literal() != int64(7) {
		t.Errorf("the classes of the data are %v", &c)
	}
	named := Classes{2, []string{"cat", "dog"}}
	if c := named.In(data); c.String() != "cat,dog" || c.Literal() != "cat,dog" {
		t.Errorf("the named classes are %v", &c)
	}
}

// TestLiterals checks the types in which files have values.
func TestLiterals(t *testing.T) {
	for line, want := range map[string]any{
		"--lr 1": 1.0, "--l2 0": 0.0, "--epochs 3": int64(3), "--batch full": "full", "--batch 3": int64(3), "--shuffle=false": false,
		"--seed 9223372036854775807": int64(9223372036854775807), "--seed 9223372036854775808": "9223372036854775808",
		"--time 90s": "1m30s", "--time 0": int64(0), "--optimizer adam": "adam", "--save-every 5": int64(5), "--save-every 5s": "5s",
	} {
		v := mustResolve(t, line)
		name := choices(line)
		for n := range name {
			if got := Lookup(n).of(v).Literal(); got != want {
				t.Errorf("%s is %#v in a file, want %#v", line, got, want)
			}
		}
	}
	v := mustResolve(t, "--hidden 8,7")
	if got := Lookup("hidden").of(v).Literal(); !slices.Equal(got.([]int), []int{8, 7}) {
		t.Errorf("the widths are %#v", got)
	}
}

func TestValuesReadWhatTheyPrint(t *testing.T) {
	for _, r := range table {
		for _, text := range []string{"0", "1", "3", "0.5", "1e-300", "full", "epoch", "true", "64,32", "1h2m3s", "1.5s", "adam", "a,b"} {
			v, again := new(Values), new(Values)
			if r.of(v).Set(text) != nil {
				continue
			}
			printed := r.of(v).String()
			if err := r.of(again).Set(printed); err != nil || r.of(again).String() != printed {
				t.Errorf("--%s prints %s as %q and reads that as %q, %v", r.Name, text, printed, r.of(again), err)
			}
		}
	}
}

func TestOneOf(t *testing.T) {
	for want, words := range map[string][]string{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		if got := OneOf(words); got != want {
			t.Errorf("%v is %q, want %q", words, got, want)
		}
	}
}

func TestTextsAddUp(t *testing.T) {
	var list []string
	v := Texts(&list)
	for _, text := range []string{"a,b", "", "c"} {
		if err := v.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if got := v.String(); got != "a,b,c" || len(list) != 3 {
		t.Errorf("%q is %s", list, got)
	}
}
