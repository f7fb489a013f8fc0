package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// licenceFile matches the files with a module's terms.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|copyright)`)

// thirdParty returns the licences of Go itself and of every module that is linked into
// the program, from the module cache, where go verifies them.
func thirdParty(info *buildinfo.BuildInfo) ([]byte, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	var notices bytes.Buffer
	notices.WriteString("The program contains these works of others, under these terms.\n")
	if err := addLicences(&notices, "Go "+info.GoVersion, strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	for _, module := range info.Deps {
		name := module.Path + "@" + module.Version
		said, err := exec.Command("go", "mod", "download", "-json", name).Output()
		if err != nil {
			return nil, fmt.Errorf("go mod download %s: %w", name, err)
		}
		var found struct{ Dir string }
		if err := json.Unmarshal(said, &found); err != nil {
			return nil, err
		}
		if err := addLicences(&notices, name, found.Dir); err != nil {
			return nil, err
		}
		if module.Path == "gorgonia.org/cu" {
			notices.WriteString(gorgoniaNote)
		}
	}
	return notices.Bytes(), nil
}

// gorgoniaNote is about terms that are in that module's README alone.
const gorgoniaNote = `
---- gorgonia.org/cu, README.md

The README calls the licence MIT-like. It says that cgoflags.go was copied, and parts of
execution.go and memory.go, from a package by Arne Vansteenkiste which has no licence, and
asks to assume a GPL-like licence for them, because mumax/3 is under the GPL.
`

// addLicences appends the texts of a module's licence files. A module without any is an
// error.
func addLicences(notices *bytes.Buffer, name, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(notices, "\n---- %s, %s\n\n%s", name, entry.Name(), text)
		found = true
	}
	if !found {
		return errors.New(name + " has no licence file")
	}
	return nil
}
