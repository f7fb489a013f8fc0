package browsertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// words are the names of 26 classes, more than have a bar.
const words = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike " +
	"november oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu"

// letters trains on images of 14x14 with a spot at a place that depends on the class,
// and returns the folder of the run.
func letters(t *testing.T) string {
	t.Helper()
	const side, spot, images = 14, 2, 8
	dir := t.TempDir()
	table, data, run := filepath.Join(dir, "letters.csv"), filepath.Join(dir, "data"), filepath.Join(dir, "letters")
	names := strings.Fields(words)
	var lines strings.Builder
	for label := range names {
		var pixels [side * side]int
		for i := range spot * spot {
			x, y := label%7*spot+i%spot, label/7*spot+i/spot
			pixels[y*side+x] = 255
		}
		line := fmt.Sprintf("%d,%s\n", label, strings.Trim(strings.ReplaceAll(fmt.Sprint(pixels), " ", ","), "[]"))
		lines.WriteString(strings.Repeat(line, images))
	}
	if err := os.WriteFile(table, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	tool(t, "data", "import", table, "--out", data)
	if err := os.WriteFile(filepath.Join(data, "classes.txt"), []byte(strings.Join(names, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tool(t, "train", "--data", data, "--backend", "cpu", "--epochs", "2", "--quiet", "--run-dir", run)
	return run
}

// tool runs the program.
func tool(t *testing.T, args ...string) {
	t.Helper()
	if said, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", args, err, said)
	}
}

// TestManyClasses has names instead of digits, and bars for the likeliest only.
func TestManyClasses(t *testing.T) {
	b := open(t, start(t, letters(t)), screen{width: 390, height: 844, scale: 2, phone: true})
	b.ready()
	b.touch(digits[3])
	b.settled()
	b.look("letters-phone")
	got := b.text("symbol")
	if !strings.Contains(" "+words+" ", " "+got+" ") {
		t.Errorf("the answer is %q, want one of the names", got)
	}
	if first := value[string](b, `document.querySelector("#bars .class").textContent`); first != got {
		t.Errorf("the first bar is that of %s, and the answer %s", first, got)
	}
	b.fits(390, 844)
}
