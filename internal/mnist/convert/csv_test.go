package convert

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/mnist"
)

// header returns the names of columns, with those of 784 pixels in between.
func header(before, separator, after string) string {
	var names []string
	for i := range 784 {
		names = append(names, fmt.Sprintf("%dx%d", i/28+1, i%28+1))
	}
	return before + strings.Join(names, separator) + after + "\n"
}

// numbersHeader is the header that pandas writes for columns without names.
func numbersHeader(before string, n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint(i))
	}
	return before + strings.Join(names, ",") + "\n"
}

// The ways in which tables of images are written.
func TestCSV(t *testing.T) {
	words := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	join := func(before, separator, after string) func(int, []string) string {
		return func(i int, pixels []string) string {
			row := strings.Join(pixels, separator)
			return strings.NewReplacer("LABEL", fmt.Sprint(all.Labels[i]), "WORD", words[all.Labels[i]], "ROW", fmt.Sprint(i), "PIXELS", row).
				Replace(before + "PIXELS" + after)
		}
	}
	each := func(format string, line func(int, []string) string) func(int, []string) string {
		return func(i int, pixels []string) string {
			var numbers []string
			for _, p := range pixels {
				numbers = append(numbers, strings.Replace(format, "P", p, 1))
			}
			return line(i, numbers)
		}
	}
	inWords := slices.Clone(all.Labels)
	sorted := slices.Sorted(slices.Values(words))
	for i, label := range inWords {
		inWords[i] = byte(slices.Index(sorted, words[label]))
	}
	label := "labels are in the column"
	for name, test := range map[string]struct {
		header string
		line   func(i int, pixels []string) string
		facts  []string
	}{
		"plain":                 {"", join("LABEL,", ",", ""), nil},
		"Kaggle":                {header("label,", ",", ""), join("LABEL,", ",", ""), []string{label + ` "label", number 1 of 785`}},
		"OpenML":                {header("", ",", ",class"), join("", ",", ",LABEL"), []string{label + ` "class", number 785 of 785`}},
		"quoted header":         {header(`"Target",`, ",", ""), join(`"LABEL",`, ",", ""), []string{label + ` "Target"`}},
		"in the middle":         {header("id,y,", ",", ",index"), join("ROW,LABEL,", ",", ",ROW"), []string{label + ` "y", number 2 of 787`}},
		"pandas":                {numbersHeader("", 785), join("LABEL,", ",", ""), nil},
		"pandas with its index": {numbersHeader(",", 785), join("ROW,LABEL,", ",", ""), nil},
		"pandas named":          {header("Unnamed: 0,label,", ",", ""), join("ROW,LABEL,", ",", ""), []string{label}},
		"an index, no header":   {"", join("ROW,LABEL,", ",", ""), []string{"the first column numbers the lines"}},
		"R":                     {header("label,", ",", ""), join(`"ROW",LABEL,`, ",", ""), []string{label + ` "label", number 2 of 786`}},
		"label last, no header": {"", join("", ",", ",LABEL"), []string{"labels are in the last column"}},
		"floats":                {"", each("P.0", join("LABEL.0,", ",", "")), nil},
		"np.savetxt":            {"", each("P.000000000000000000e+00", join("LABEL.000000000000000000e+00 ", " ", "")), nil},
		"semicolons":            {header("label;", ";", ""), join("LABEL;", ";", ""), []string{label}},
		"decimal commas":        {"", each("P,0", join("LABEL,0;", ";", "")), nil},
		"tabs":                  {header("label\t", "\t", ""), join("LABEL\t", "\t", ""), []string{label}},
		"spaces":                {"", join("  LABEL  ", "   ", " "), nil},
		"comma at the end":      {"", join("LABEL,", ",", ","), nil},
		"comma at both ends":    {header("label,", ",", ","), join("LABEL,", ",", ","), []string{label}},
		"comma in the header":   {header("label,", ",", ","), join("LABEL,", ",", ""), []string{label}},
		"Windows":               {"\ufeff" + header("label,", ",", "\r"), join("LABEL,", ",", "\r"), []string{label}},
		"blank lines":           {"\n" + header("label,", ",", "\n"), join("LABEL,", ",", "\n  "), []string{label}},
	} {
		t.Run(name, func(t *testing.T) {
			content := csvOf(all, test.header, test.line)
			dir := store(t, map[string][]byte{"x.csv": content, "y.csv.gz": hostile.Gzip(t, content)})
			load(t, filepath.Join(dir, "x.csv"), Options{}, all, mnist.Split{}, test.facts...)
			load(t, filepath.Join(dir, "y.csv.gz"), Options{}, all, mnist.Split{}, test.facts...)
		})
	}
	t.Run("words", func(t *testing.T) {
		dir := store(t, map[string][]byte{"x.csv": csvOf(all, "", join("WORD,", ",", ""))})
		set := load(t, filepath.Join(dir, "x.csv"), Options{}, mnist.Split{Images: all.Images, Labels: inWords}, mnist.Split{})
		if diff := cmp.Diff(sorted, set.Names); diff != "" {
			t.Error(diff)
		}
		load(t, filepath.Join(dir, "x.csv"), Options{Names: words}, all, mnist.Split{})
	})
	t.Run("a name given", func(t *testing.T) {
		dir := store(t, map[string][]byte{"x.csv": csvOf(all, header("kind,", ",", ",label"), join("LABEL,", ",", ",0"))})
		_, err := Load(filepath.Join(dir, "x.csv"), Options{})
		checkFault(t, err, "must have the pixels of a square, or of the size given, in each line (got 785 columns of pixels)")
		_, err = Load(filepath.Join(dir, "x.csv"), Options{Label: "sort"})
		checkFault(t, err, `must have a column "sort" (got 786 columns: kind, 1x1, 1x2, 1x3, 1x4, 1x5)`)
	})
	t.Run("unit", func(t *testing.T) {
		line := func(i int, _ []string) string {
			row := fmt.Sprint(all.Labels[i])
			for _, v := range all.Images[i*784:][:784] {
				row += fmt.Sprintf(",%.6g", float64(v)/255)
			}
			return row
		}
		dir := store(t, map[string][]byte{"x.csv": csvOf(all, "", line)})
		load(t, filepath.Join(dir, "x.csv"), Options{}, all, mnist.Split{}, "from 0 to 1 were multiplied by 255")
	})
}

// Two files that differ in train and test are the parts of one data set, from either the
// folder or the file for training. The official split is kept.
func TestCSVParts(t *testing.T) {
	line := func(s mnist.Split) func(int, []string) string {
		return func(i int, pixels []string) string {
			return fmt.Sprintf("%d,%s", s.Labels[i], strings.Join(pixels, ","))
		}
	}
	train, test := csvOf(digits.Train, "", line(digits.Train)), csvOf(digits.Test, "", line(digits.Test))
	dir := store(t, map[string][]byte{"mnist_train.csv": train, "mnist_test.csv": test, "other.csv": test, "notes.txt": []byte("no table\n")})
	load(t, filepath.Join(dir, "mnist_train.csv"), Options{}, digits.Train, digits.Test)
	load(t, filepath.Join(dir, "mnist_test.csv"), Options{}, digits.Test, mnist.Split{})
	load(t, filepath.Join(dir, "other.csv"), Options{}, digits.Test, mnist.Split{})
	load(t, dir, Options{}, digits.Train, digits.Test)
	load(t, filepath.Join(dir, "other.csv"), Options{Test: filepath.Join(dir, "mnist_test.csv")}, digits.Test, digits.Test)

	bare := csvOf(digits.Test, header("", ",", ""), func(_ int, pixels []string) string { return strings.Join(pixels, ",") })
	kaggle := store(t, map[string][]byte{
		"train.csv": csvOf(digits.Train, header("label,", ",", ""), line(digits.Train)), "test.csv": bare,
		"sample_submission.csv": []byte("ImageId,Label\n1,0\n2,0\n"),
	})
	load(t, kaggle, Options{}, digits.Train, mnist.Split{}, "test.csv has no labels, and is left out")
	load(t, filepath.Join(kaggle, "train.csv"), Options{}, digits.Train, mnist.Split{}, "test.csv has no labels, and is left out")
	load(t, filepath.Join(kaggle, "test.csv"), Options{Unlabelled: true}, mnist.Split{Images: digits.Test.Images}, mnist.Split{})
	load(t, filepath.Join(kaggle, "train.csv"), Options{Unlabelled: true}, mnist.Split{Images: digits.Train.Images}, mnist.Split{Images: digits.Test.Images}, "labels are in")
	_, err := Load(filepath.Join(kaggle, "test.csv"), Options{})
	checkFault(t, err, "test.csv: must have a label for each image (got images alone)")

	emnist := csvOf(mnist.Split{Images: transpose(all.Images), Labels: all.Labels}, "", line(all))
	load(t, filepath.Join(store(t, map[string][]byte{"emnist-digits.csv": emnist}), "emnist-digits.csv"), Options{}, all, mnist.Split{}, "swapped")

	two := store(t, map[string][]byte{"a.csv": test, "b.csv": test})
	_, err = Load(two, Options{})
	checkFault(t, err, "holds several data sets: give the path of one of a.csv, b.csv")
}

// Every line that is not an image is reported with its number, and the rest is used.
func TestCSVSkips(t *testing.T) {
	for _, test := range []struct{ name, line, want string }{
		{"good", "1,5,6,7,200", ""},
		{"spaces and quotes", ` "1", 5 ,6, "7",200`, ""},
		{"a value of 300", "1,5,6,300,8", "pixel 3 must be from 0 to 255 (got 300)"},
		{"negative", "1,-5,6,7,8", "pixel 1 must be from 0 to 255 (got -5)"},
		{"not a number", "1,5,6,7,NaN", `column 5 must be a number (got "NaN")`},
		{"infinite", "1,5,6,7,1e999", `column 5 must be a number (got "1e999")`},
		{"missing value", "1,5,,7,8", `column 3 must be a number (got "")`},
		{"missing column", "1,5,6,7", "must have 5 columns (got 4)"},
		{"extra columns", "1,5,6,7,8,9", "must have 5 columns (got 6)"},
		{"missing label", "?,5,6,7,8", "label is missing"},
		{"a word as label", "cat,5,6,7,8", `label must be one of the 2 classes (got "cat")`},
		{"a fraction as label", "1.5,5,6,7,8", `label must be one of the 2 classes (got "1.5")`},
		{"binary", "\x00\x01", `label must be printable (got "\x00\x01")`},
		{"an endless label", strings.Repeat("x", 101) + ",5,6,7,8", "label must have at most 100 bytes (got 101)"},
		{"an open quote", `"1,5,6,7,200`, `label must be one of the 2 classes (got "\"1")`},
		{"long", "1,5,6,7," + strings.Repeat("a", 100), `column 5 must be a number (got "aaaaaaaaaaaaaaaaaaaa...")`},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := "label,a,b,c,d\n" + strings.Repeat("0,1,2,3,100\n1,5,6,7,200\n", 5) + test.line + "\n"
			path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte(content)}), "x.csv")
			var skipped []string
			set, err := Load(path, Options{Skip: func(s Skipped) { skipped = append(skipped, s.String()) }})
			if err != nil {
				t.Fatal(err)
			}
			want, images := []string(nil), 11
			if test.want != "" {
				want, images = []string{path + ":12: " + test.want}, 10
			}
			if diff := cmp.Diff(want, skipped); diff != "" || set.Train.Len() != images || set.Skipped != 11-images {
				t.Errorf("%d images and -want +got:\n%s", set.Train.Len(), diff)
			}
		})
	}
}

func TestCSVRefused(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		o       Options
		want    string
	}{
		"empty":          {"", Options{}, "must be IDX, npy, npz, Parquet, ARFF, svmlight, or a table"},
		"text":           {"Dear reader,\nthis is no table.\n", Options{}, "must be IDX, npy"},
		"a header alone": {"label,a,b,c,d\n", Options{}, "must be IDX, npy"},
		"UTF-16":         {"\xff\xfe0\x00,\x001\x00\n\x00", Options{}, "must be text in UTF-8 (got UTF-16)"},
		"no square":      {"0,1,2,3,4,5\n1,1,2,3,4,5\n", Options{}, "must have a label and the pixels of a square, or of the size given, in each line (got 6 columns)"},
		"another size":   {"0,1,2,3,4\n1,1,2,3,4\n", Options{Height: 3, Width: 3}, "(got 5 columns)"},
		"one class":      {"0,10\n0,10\n", Options{}, `must have 2 to 256 classes (got 1, "0")`},
		"a measurement":  {measurements(300), Options{}, "must have 2 to 256 classes (got 300 different labels, from \"0\" to \"299\")"},
		"mostly bad":     {"0,1,2,3,100\n1,1,2,3,100\n1,x,2,3,100\n", Options{}, "more than a tenth cannot be used: 1 of 3 images were skipped; the first is "},
		"all bad":        {"0,1,2,3,100\n1,1,2,3,100\n", Options{Names: []string{"a", "b"}, Label: "5"}, "has no usable image, and 2 that were skipped"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte(test.content)}), "x.csv")
			_, err := Load(path, test.o)
			checkFault(t, err, test.want)
		})
	}
	path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte("0,1,2,3,100\n1,1,2,3,100\n1,x,2,3,100\n")}), "x.csv")
	if set, err := Load(path, Options{AllowSkipped: true}); err != nil || set.Skipped != 1 || set.Train.Len() != 2 {
		t.Errorf("%+v, %v: want two images", set, err)
	}
}

func measurements(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,%d\n", i, i%200)
	}
	return b.String()
}

// With a size given, images may be rectangles.
func TestCSVSize(t *testing.T) {
	path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte("0,100,2\n1,3,100\n")}), "x.csv")
	set, err := Load(path, Options{Height: 2, Width: 1})
	if err != nil || set.Height != 2 || set.Width != 1 || set.Train.Len() != 2 {
		t.Errorf("%+v, %v", set, err)
	}
}

// Labels with gaps and below 0 are named by their numbers.
func TestLabelsWithGaps(t *testing.T) {
	path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte("-1,100\n0,100\n1,100\n5,100\n24,100\n")}), "x.csv")
	set := load(t, path, Options{}, mnist.Split{Images: slices.Repeat([]byte{100}, 5), Labels: []byte{0, 1, 2, 3, 4}}, mnist.Split{},
		"labels are -1 to 1, 5, 24: they become the classes 0 to 4", "5 of 5 images are of one grey throughout")
	if diff := cmp.Diff([]string{"-1", "0", "1", "5", "24"}, set.Names); diff != "" {
		t.Error(diff)
	}
}
