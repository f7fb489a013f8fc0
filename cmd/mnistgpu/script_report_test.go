package main

import (
	"encoding/base64"
	"html"
	"image/png"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// pictures FILE... checks that each file is a PNG with more than one colour.
func pictures(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		ts.Check(checkPicture(ts, file, ts.ReadFile(file)))
	}
}

func checkPicture(ts *testscript.TestScript, name, content string) error {
	picture, err := png.Decode(strings.NewReader(content))
	if err != nil {
		return err
	}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if picture.At(x, y) != picture.At(0, 0) {
				return nil
			}
		}
	}
	ts.Fatalf("%s is of one colour", name)
	return nil
}

// elsewhere matches what makes a page load something.
var elsewhere = regexp.MustCompile(`(?i)<script|<link|<iframe|@import|url\(|src="[^d]|https?://`)

// inside matches a picture that is part of a page.
var inside = regexp.MustCompile(`src="data:image/png;base64,([^"]+)"`)

// offline FILE N checks that a page loads nothing from elsewhere and has at least N
// pictures.
func offline(ts *testscript.TestScript, neg bool, args []string) {
	page := ts.ReadFile(args[0])
	least, err := strconv.Atoi(args[1])
	ts.Check(err)
	if found := elsewhere.FindString(page); found != "" {
		ts.Fatalf("%s has %s", args[0], found)
	}
	found := inside.FindAllStringSubmatch(page, -1)
	for _, address := range found {
		content, err := base64.StdEncoding.DecodeString(html.UnescapeString(address[1]))
		ts.Check(err)
		ts.Check(checkPicture(ts, args[0], string(content)))
	}
	if len(found) < least || strings.Count(page, "<img") != len(found) {
		ts.Fatalf("%s has %d pictures of %d", args[0], len(found), strings.Count(page, "<img"))
	}
}

// repeats PAGE DIR runs the command that a report shows, with a folder for the results.
func repeats(ts *testscript.TestScript, neg bool, args []string) {
	_, rest, ok := strings.Cut(ts.ReadFile(args[0]), "<pre><code>")
	if !ok {
		ts.Fatalf("%s has no command", args[0])
	}
	command, _, _ := strings.Cut(rest, "<")
	repeat(ts, html.UnescapeString(command), args[1])
}

// follow TEXT DIR runs the command that the last command printed after a text, with a
// folder for the results.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	_, rest, ok := strings.Cut(ts.ReadFile("stdout"), args[0])
	if !ok {
		ts.Fatalf("nothing was printed behind %q", args[0])
	}
	command, _, _ := strings.Cut(rest, "\n")
	repeat(ts, command, args[1])
}

// repeat runs a shell command in which nothing but single quotes is special.
func repeat(ts *testscript.TestScript, command, dir string) {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	ts.Check(ts.Exec(words[0], append(words[1:], "--run-dir", dir, "--quiet")...))
}
