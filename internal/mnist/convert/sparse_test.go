package convert

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist"
)

// svm returns images in the format of svmlight, with the given index of the first pixel.
func svm(s mnist.Split, base int) []byte {
	var b strings.Builder
	b.WriteString("# a comment\n")
	for i, label := range s.Labels {
		fmt.Fprint(&b, label)
		for k, v := range s.Images[i*784:][:784] {
			if v > 0 {
				fmt.Fprintf(&b, " %d:%d", k+base, v)
			}
		}
		b.WriteString(" # image\n")
	}
	return []byte(b.String())
}

// The first pixel has the index 0 or 1. An index of 0 or one that is only possible from 1
// on decides, otherwise the images are taken to be centred. The test part, LIBSVM's .t,
// has the same base, even if its own indices say nothing.
func TestSVMLightBases(t *testing.T) {
	withPixel := func(at int) mnist.Split {
		s := mnist.Split{Images: slices.Clone(digits.Train.Images), Labels: digits.Train.Labels}
		s.Images[at] = 9
		return s
	}
	for name, test := range map[string]struct {
		train mnist.Split
		base  int
		fact  string
	}{
		"from 0, with the first pixel": {withPixel(0), 0, "indices are 0 to 778: 0 is the first pixel, since there is one"},
		"from 1, with the last pixel":  {withPixel(783), 1, "indices are 36 to 784: 1 is the first pixel, since the last one is that of a whole image"},
		"from 0, in between":           {digits.Train, 0, "0 is the first pixel, since the images are then centred best"},
		"from 1, in between":           {digits.Train, 1, "1 is the first pixel, since the images are then centred best"},
		"from 1, with the first pixel": {withPixel(0), 1, "indices are 1 to 779: 1 is the first pixel, since the images are then centred best"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := store(t, map[string][]byte{"mnist.scale": svm(test.train, test.base), "mnist.scale.t": svm(digits.Test, test.base)})
			load(t, filepath.Join(dir, "mnist.scale"), Options{}, test.train, digits.Test, test.fact)
			load(t, dir, Options{}, test.train, digits.Test, test.fact)
		})
	}
}

func TestSVMLightLabels(t *testing.T) {
	path := filepath.Join(store(t, map[string][]byte{"x": []byte("-1 qid:3 1:100 4:200\n+1 2:100\n+1\n")}), "x")
	set := load(t, path, Options{}, mnist.Split{Images: []byte{100, 0, 0, 200, 0, 100, 0, 0, 0, 0, 0, 0}, Labels: []byte{0, 1, 1}}, mnist.Split{}, "1 is the first pixel", "named by these numbers", "of one grey")
	if diff := cmp.Diff([]string{"-1", "1"}, set.Names); diff != "" {
		t.Error(diff)
	}
}

func TestSVMLightSkips(t *testing.T) {
	good := strings.Repeat("0 1:100 4:200\n1 2:100\n", 6)
	for line, want := range map[string]string{
		"0 1:x":          `must have pairs INDEX:VALUE of numbers (got "1:x")`,
		"0 x:1":          `must have pairs INDEX:VALUE with indices from 0 to 16777216 (got "x:1")`,
		"0 1":            `must have pairs INDEX:VALUE with indices from 0 to 16777216 (got "1")`,
		"0 99999999:1":   `must have pairs INDEX:VALUE with indices from 0 to 16777216 (got "99999999:1")`,
		"? 1:100":        "label is missing",
		"0 1:300":        "pixel 1 must be from 0 to 255 (got 300)",
		"0.5 1:100":      `label must be one of the 2 classes (got "0.5")`,
		"1 1:100 -2:100": `must have pairs INDEX:VALUE with indices from 0 to 16777216 (got "-2:100")`,
	} {
		path := filepath.Join(store(t, map[string][]byte{"x": []byte(good + line + "\n")}), "x")
		var skipped []string
		set, err := Load(path, Options{Skip: func(s Skipped) { skipped = append(skipped, s.String()) }})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff([]string{path + ":13: " + want}, skipped); diff != "" || set.Train.Len() != 12 || set.Height != 2 {
			t.Errorf("%s: %d images of height %d; -want +got:\n%s", line, set.Train.Len(), set.Height, diff)
		}
	}
	path := filepath.Join(store(t, map[string][]byte{"x": []byte("0 1:0\n1 16777216:1\n")}), "x")
	_, err := Load(path, Options{Memory: 1 << 20})
	checkFault(t, err, "must fit in 1048576 bytes of memory (got 2 images of 16777216 bytes)")
	_, err = Load(path, Options{Height: 5, Width: 5})
	checkFault(t, err, "must have indices up to 25 for images of 5x5 (got 16777216)")
}

// arff returns an ARFF file of 2x2 images with the given rows.
func arffOf(class, rows string) []byte {
	return []byte("% a comment\n\n@RELATION 'two by two'\n@attribute p1 numeric\n@Attribute 'p 2' REAL\n@ATTRIBUTE \"p3\" INTEGER\n" +
		"@attribute\tp4\t{0, 100}\n@attribute id numeric\n@attribute note string\n@attribute class " + class + "\n\n@DATA\n" + rows)
}

func TestARFF(t *testing.T) {
	want := mnist.Split{Images: []byte{1, 2, 3, 100, 0, 200, 0, 0}, Labels: []byte{1, 0}}
	for name, test := range map[string]struct {
		content []byte
		names   []string
	}{
		"dense":          {arffOf("{cat,dog}", "1,2,3,100,7,'a, b',dog\n% no row\n0,200,0,0,8,?,cat\n"), []string{"cat", "dog"}},
		"quoted":         {arffOf("{'big cat',\"dog\"}", "1,2,3,'100',7,\"x\",'dog'\n0,200,0,0,8,'it\\'s',\"big cat\"\n"), []string{"big cat", "dog"}},
		"tabs and blank": {arffOf("{ cat, dog }", "1\t2\t3\t100\t7\ta\tdog\n0, 200, 0, 0, 8, a, cat\n"), []string{"cat", "dog"}},
		"weights":        {arffOf("{cat,dog}", "1,2,3,100,7,a,dog,{5}\n0,200,0,0,8,b,cat, {1}\n"), []string{"cat", "dog"}},
		"sparse":         {arffOf("{cat,dog}", "{0 1, 1 2, 2 3, 3 100, 6 dog}\n{1 200}\n"), []string{"cat", "dog"}},
		"sparse, order":  {arffOf("{cat,dog}", "{6 dog,0 1,2 3,1 2,3 100}\n{ 1 200 }\n"), []string{"cat", "dog"}},
		"numbers":        {arffOf("{3,5}", "1,2,3,100,7,a,5\n0,200,0,0,8,b,3\n"), []string{"3", "5"}},
		"a number":       {arffOf("numeric", "1,2,3,100,7,a,1\n{1 200}\n"), []string{"0", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(store(t, map[string][]byte{"x.arff": test.content}), "x.arff")
			set := load(t, path, Options{}, want, mnist.Split{}, `labels are the attribute "class", number 7 of 7`)
			if diff := cmp.Diff(test.names, set.Names); diff != "" {
				t.Error(diff)
			}
		})
	}
	// What a sparse row leaves out is the first declared value, even if that is not 0.
	first := strings.Replace(string(arffOf("{dog,cat}", "{0 1, 1 2, 2 3}\n{1 200, 6 cat, 3 0}\n")), "{0, 100}", "{100, 0}", 1)
	path := filepath.Join(store(t, map[string][]byte{"x.arff": []byte(first)}), "x.arff")
	set := load(t, path, Options{}, mnist.Split{Images: want.Images, Labels: []byte{0, 1}}, mnist.Split{}, "labels are")
	if diff := cmp.Diff([]string{"dog", "cat"}, set.Names); diff != "" {
		t.Error(diff)
	}
}

func TestARFFSkips(t *testing.T) {
	good := strings.Repeat("1,2,3,100,7,a,dog\n0,200,0,0,8,b,cat\n", 6)
	for row, want := range map[string]string{
		"1,?,3,100,7,a,dog":   `attribute 2 must be a number (got "?")`,
		"1,2,3,100,7,a,?":     "label is missing",
		"1,2,3":               "must have 7 values (got 3)",
		"1,2,3,100,7,a,dog,9": "must have 7 values (got more)",
		"{0 1, 7 2}":          `must have indices from 0 to 6 (got "7")`,
		"{0 1":                "must end with a brace",
		"{x 1}":               `must have indices from 0 to 6 (got "x")`,
		"1,2,3,100,7,a,gnu":   "",
	} {
		path := filepath.Join(store(t, map[string][]byte{"x.arff": arffOf("{cat,dog}", good+row+"\n")}), "x.arff")
		var skipped []string
		_, err := Load(path, Options{Skip: func(s Skipped) { skipped = append(skipped, s.String()) }})
		if err != nil {
			t.Errorf("%s: %v", row, err)
		}
		if want == "" {
			continue // a value that is not declared is a class of its own
		}
		if diff := cmp.Diff([]string{path + ":25: " + want}, skipped); diff != "" {
			t.Errorf("%s: -want +got:\n%s", row, diff)
		}
	}
	for name, test := range map[string]struct{ content, want string }{
		"no data":   {"@relation x\n@attribute a numeric\n", "must have a line @data"},
		"no pixels": {"@relation x\n@attribute a {b,c}\n@data\nb\n", "must have an attribute for each pixel (got 1 attributes)"},
		"a word":    {"@relation x\n@attribute a numeric\nhello\n@data\n", `line 3 must be @attribute or @data (got "hello")`},
	} {
		path := filepath.Join(store(t, map[string][]byte{"x.arff": []byte(test.content)}), "x.arff")
		_, err := Load(path, Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
