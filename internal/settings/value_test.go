package settings

import "testing"

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
