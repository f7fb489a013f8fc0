package data

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/ui"
)

// csv has two images of 2x2 in each of two classes, and two lines that are wrong.
const csv = "label,p0,p1,p2,p3\n0,1,2,3,4\n1,5,6,7,8\n1,5,300,7,8\n0,1,2,3\n0,4,3,2,1\n1,8,7,6,5\n"

// execute runs a data command, with variables as NAME=value.
func execute(t *testing.T, line string, variables ...string) (stdout, stderr string, err error) {
	t.Helper()
	getenv := func(name string) string {
		for _, v := range variables {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
	var out, errs bytes.Buffer
	o := &ui.IO{Stdout: &out, Stderr: &errs, Getenv: getenv}
	cmd := New(o)
	cmd.SetOut(o)
	cmd.SetArgs(strings.Fields(line))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

// inFolder makes an empty folder the working directory, with digits.csv and the data set
// digits that is made from it.
func inFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("digits.csv", []byte(csv), 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := execute(t, "import digits.csv --out digits --test-fraction 0.5 --allow-skipped")
	if err != nil {
		t.Fatal(err)
	}
	const want = `  label  class  train  test
      0  0          1     1
      1  1          1     1

digits: 2 training and 2 test images of 2x2 in 2 classes; skipped 2
train on it: mnistgpu train --data digits --batch full
`
	if stdout != want {
		t.Errorf("import prints\n%swant\n%s", stdout, want)
	}
	if strings.Count(stderr, "skipped digits.csv:") != 2 {
		t.Errorf("import notes %q", stderr)
	}
}

func TestImportRefuses(t *testing.T) {
	inFolder(t)
	for _, test := range []struct {
		line, want string
		kind       fault.Kind
	}{
		{"import", "import needs a folder or a file of data", fault.BadUsage},
		{"import digits.csv", "data import needs --out, a new folder for the data set", fault.BadUsage},
		{"import digits.csv --out x --test-fraction 1", "--test-fraction must be greater than 0 and less than 1 (got 1)", fault.BadUsage},
		{"import digits.csv --out x --test-fraction NaN", "--test-fraction must be greater than 0 and less than 1 (got NaN)", fault.BadUsage},
		{"import digits.csv --out x --classes 2", "--classes must be names between commas, such as cat,dog (got 2)", fault.BadUsage},
		{"import digits.csv --out x --classes one", "--classes must be from 2 to 256, or names between commas (got one)", fault.BadUsage},
		{"import digits.csv --out digits", "cannot write digits: file already exists", fault.CannotWrite},
	} {
		_, _, err := execute(t, test.line)
		if err == nil || err.Error() != test.want || !fault.Is(err, test.kind) {
			t.Errorf("%s: %v, want %s", test.line, err, test.want)
		}
	}
	if _, _, err := execute(t, "import digits.csv --out x --classes a,a"); !fault.Is(err, fault.BadUsage) || !strings.HasPrefix(err.Error(), "--classes: name 2 ") {
		t.Errorf("equal names: %v", err)
	}
	if _, err := os.Lstat("x"); err == nil {
		t.Error("a refused import left a folder")
	}
}

func TestImportTakesNamesSizeAndSeed(t *testing.T) {
	inFolder(t)
	stdout, _, err := execute(t, "import digits.csv --out a --size 1x4 --classes cat,dog --test-fraction 0.5 --allow-skipped")
	if err != nil || !strings.Contains(stdout, "images of 1x4 in 2 classes") || !strings.Contains(stdout, "  dog") {
		t.Errorf("%v\n%s", err, stdout)
	}
	if names, err := mnist.ReadNames("a"); err != nil || strings.Join(names, " ") != "cat dog" {
		t.Errorf("the names are %v, %v", names, err)
	}
	same, _ := os.ReadFile(filepath.Join("digits", "train-images-idx3-ubyte"))
	different := false
	for _, seed := range []string{"2", "3", "4", "5"} {
		if _, _, err := execute(t, "import digits.csv --out s"+seed+" --test-fraction 0.5 --allow-skipped --seed "+seed); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join("s"+seed, "train-images-idx3-ubyte"))
		if err != nil {
			t.Fatal(err)
		}
		different = different || !bytes.Equal(content, same)
	}
	if !different {
		t.Error("no seed changes the order")
	}
}

func TestVerify(t *testing.T) {
	inFolder(t)
	stdout, stderr, err := execute(t, "verify digits")
	if err != nil || stderr != "" || !strings.HasSuffix(stdout, "\ndigits is good: 2 training and 2 test images of 2x2 in 2 classes\n") {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}
	if !strings.Contains(stdout, "train-images-idx3-ubyte  2x2x2  no     ") {
		t.Errorf("verify prints\n%s", stdout)
	}
	for _, test := range []struct {
		line, want string
		kind       fault.Kind
	}{
		{"verify digits --classes 1", "--classes must be from 2 to 256, or names between commas (got 1)", fault.BadUsage},
		{"verify --classes 3", "--classes needs a folder of your own data", fault.BadUsage},
		{"verify digits more", `unexpected argument "more": verify takes at most a data set`, fault.BadUsage},
		{"verify digits --classes 3", "digits: must have 3 names in classes.txt (got 2)", fault.BadData},
		{"verify", "MNIST is not in " + filepath.Join("home", "mnist"), fault.BadData},
	} {
		_, _, err := execute(t, test.line, "MNISTGPU_HOME=home")
		if err == nil || err.Error() != test.want || !fault.Is(err, test.kind) {
			t.Errorf("%s: %v, want %s", test.line, err, test.want)
		}
	}
	_, _, err = execute(t, "verify", "MNISTGPU_DATA=digits")
	if !fault.Is(err, fault.BadData) || !strings.Contains(err.Error(), "digits") || fault.Hint(err) != "MNISTGPU_DATA names this folder" {
		t.Errorf("another MNIST: %v, hint %q", err, fault.Hint(err))
	}
}

func TestShow(t *testing.T) {
	inFolder(t)
	stdout, _, err := execute(t, "show --data digits --split test --classes cat,dog")
	if err != nil || !strings.HasPrefix(stdout, "samples.png: 2 of the 2 test images of digits, ") {
		t.Fatalf("%v, %q", err, stdout)
	}
	f, err := os.Open("samples.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Error(err)
	}
	if _, _, err := execute(t, "show --data digits --force"); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		line, want string
		kind       fault.Kind
	}{
		{"show --data digits", "cannot write samples.png: file already exists", fault.CannotWrite},
		{"show --data digits --out digits --force", "cannot write digits: is a folder", fault.CannotWrite},
		{"show --count 0 --out x.png", "--count must be from 1 to 1024 (got 0)", fault.BadUsage},
		{"show --count 1025 --out x.png", "--count must be from 1 to 1024 (got 1025)", fault.BadUsage},
		{"show --out x.jpg", `--out must be a name that ends in .png (got "x.jpg")`, fault.BadUsage},
		{"show --data digits --out x.png --classes 1", "--classes must be from 2 to 256, or names between commas (got 1)", fault.BadUsage},
	} {
		_, _, err := execute(t, test.line)
		if err == nil || err.Error() != test.want || !fault.Is(err, test.kind) {
			t.Errorf("%s: %v, want %s", test.line, err, test.want)
		}
	}
	if err := os.WriteFile(filepath.Join("digits", mnist.NamesFile), []byte("one\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, _, err = execute(t, "show --data digits --out x.png")
	if want := filepath.Join("digits", mnist.NamesFile) + ": must have 2 names, for labels 0 to 1 (got 1)"; err == nil || err.Error() != want {
		t.Errorf("too few names: %v, want %s", err, want)
	}
	if _, err := os.Lstat("x.png"); err == nil {
		t.Error("a refused picture was written")
	}
}

func TestGetFindsMNISTOnly(t *testing.T) {
	inFolder(t)
	if stdout, _, err := execute(t, "get --quiet", "MNISTGPU_DATA=digits"); err == nil || stdout != "" {
		t.Errorf("other data than MNIST: %v, %q", err, stdout)
	}
}

func TestDataHasHelp(t *testing.T) {
	stdout, _, err := execute(t, "")
	if err != nil || !strings.Contains(stdout, "import") {
		t.Errorf("%v, %q", err, stdout)
	}
	if _, _, err := execute(t, "shwo"); err == nil || err.Error() != `unknown command "shwo": did you mean show?` {
		t.Errorf("%v", err)
	}
}
