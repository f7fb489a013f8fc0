package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// jsonValue returns the text of a value in the JSON object in a file.
func jsonValue(ts *testscript.TestScript, file, key string) string {
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &object))
	if object[key] == nil {
		ts.Fatalf("%s has no %s", file, key)
	}
	return string(object[key])
}

func jsonNumber(ts *testscript.TestScript, neg bool, args []string) {
	got, err := strconv.ParseFloat(jsonValue(ts, args[0], args[1]), 64)
	ts.Check(err)
	low, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	high, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if !(low <= got && got <= high) {
		ts.Fatalf("%s is %v, want %v to %v", args[1], got, low, high)
	}
	ts.Logf("%s is %v, within %v to %v", args[1], got, low, high)
}

func jsonEnv(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[2], jsonValue(ts, args[0], args[1]))
}

func csvClose(ts *testscript.TestScript, neg bool, args []string) {
	got, want := column(ts, args[0], args[2]), column(ts, args[1], args[2])
	limit, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if len(got) != len(want) || len(got) == 0 {
		ts.Fatalf("%s has %d lines and %s %d", args[0], len(got), args[1], len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= limit*math.Abs(want[i])) {
			ts.Fatalf("line %d: %s is %v and %v", i+2, args[2], got[i], want[i])
		}
	}
}

// column reads a column of numbers below its name.
func column(ts *testscript.TestScript, file, name string) []float64 {
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(file))).ReadAll()
	ts.Check(err)
	at := slices.Index(lines[0], name)
	if at < 0 {
		ts.Fatalf("%s has no column %s", file, name)
	}
	var numbers []float64
	for _, line := range lines[1:] {
		v, err := strconv.ParseFloat(line[at], 64)
		ts.Check(err)
		numbers = append(numbers, v)
	}
	return numbers
}

func sameResults(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(compareResults(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// compareResults returns an error unless two runs gave the same results, apart from the
// times.
func compareResults(dir, other string) error {
	for _, name := range []string{"model.safetensors", "history.csv"} {
		a, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			return err
		}
		if name == "history.csv" {
			a, b = withoutSeconds(a), withoutSeconds(b)
		}
		if !bytes.Equal(a, b) || len(a) == 0 {
			return fmt.Errorf("%s of %s and of %s differ", name, dir, other)
		}
	}
	return nil
}

// withoutSeconds returns a history without its times, or nil if it is not a history.
func withoutSeconds(history []byte) []byte {
	lines, err := csv.NewReader(bytes.NewReader(history)).ReadAll()
	if err != nil || len(lines) < 2 {
		return nil
	}
	at := slices.Index(lines[0], "seconds")
	var b bytes.Buffer
	for _, line := range lines {
		fmt.Fprintln(&b, slices.Delete(line, at, at+1))
	}
	return b.Bytes()
}

func mostlyRight(ts *testscript.TestScript, neg bool, args []string) {
	var object struct {
		Images []struct {
			Image string
			Top   []struct{ Class int }
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	least, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	right := 0
	byKind := map[string][2]int{} // right ones, and all
	for _, a := range object.Images {
		name := strings.TrimSuffix(filepath.Base(a.Image), filepath.Ext(a.Image))
		kind, _, _ := strings.Cut(name, "-")
		counts := byKind[kind]
		counts[1]++
		if len(a.Top) > 0 && strconv.Itoa(a.Top[0].Class) == name[strings.LastIndexByte(name, '-')+1:] {
			right++
			counts[0]++
		}
		byKind[kind] = counts
	}
	n := len(object.Images)
	if len(byKind) < n {
		for _, kind := range slices.Sorted(maps.Keys(byKind)) {
			ts.Logf("%-24s %5.1f %%", kind, 100*float64(byKind[kind][0])/float64(byKind[kind][1]))
		}
	}
	ts.Logf("%d of %d are right", right, n)
	if strconv.Itoa(n) != args[1] || !(float64(right) >= least*float64(n)) {
		ts.Fatalf("%d of %d are right, want %s of %s", right, n, args[2], args[1])
	}
}

// elsewhere matches what makes a page load something.
var elsewhere = regexp.MustCompile(`(?i)<script|<link|<iframe|@import|url\(|src="[^d]|https?://`)

// embedded matches a picture that is part of a page.
var embedded = regexp.MustCompile(`src="data:image/png;base64,([^"]+)"`)

func selfContained(ts *testscript.TestScript, neg bool, args []string) {
	page := ts.ReadFile(args[0])
	least, err := strconv.Atoi(args[1])
	ts.Check(err)
	if found := elsewhere.FindString(page); found != "" {
		ts.Fatalf("%s has %s", args[0], found)
	}
	found := embedded.FindAllStringSubmatch(page, -1)
	if len(found) < least || strings.Count(page, "<img") != len(found) {
		ts.Fatalf("%s has %d pictures, %d of them embedded; want %d", args[0], strings.Count(page, "<img"), len(found), least)
	}
	for i, address := range found {
		content, err := base64.StdEncoding.DecodeString(html.UnescapeString(address[1]))
		ts.Check(err)
		if plain, err := isPlain(content); plain || err != nil {
			ts.Fatalf("picture %d of %s is of one colour, or not a picture: %v", i, args[0], err)
		}
	}
}

// isPlain reports whether a PNG is of one colour.
func isPlain(content []byte) (bool, error) {
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return false, err
	}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if picture.At(x, y) != picture.At(0, 0) {
				return false, nil
			}
		}
	}
	return true, nil
}
