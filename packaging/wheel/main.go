// Command wheel puts programs into Python wheels, one for each, so that pip installs
// mnistgpu on the PATH:
//
//	go run ./packaging/wheel -version 1.2.3 -out bin/dist PROGRAM...
//
// The same programs give the same bytes. A wheel holds the program, which pip copies beside
// python, and the licences of everything that is linked into it. Nothing in it is Python.
package main

import (
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

func main() {
	version := flag.String("version", "", "the wheels' `version`")
	out := flag.String("out", "bin/dist", "`folder` for the wheels")
	flag.Parse()
	for _, program := range flag.Args() {
		name, err := pack(program, *version, *out)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
			os.Exit(1)
		}
		fmt.Println(name)
	}
}

// versions are the public versions of Python packages that this project uses: a release,
// or a commit after it.
var versions = regexp.MustCompile(`^\d+\.\d+\.\d+(\.dev\d+)?$`)

// pack makes the wheel of a program in the folder out, and returns its file name.
func pack(program, version, out string) (name string, err error) {
	if !versions.MatchString(version) {
		return "", fmt.Errorf("the version must be like 1.2.3 or 1.2.3.dev4 (got %q)", version)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	platform, err := platformTag(info)
	if err != nil {
		return "", err
	}
	if err := checkLibraries(program); err != nil {
		return "", err
	}
	notices, err := thirdParty(info)
	if err != nil {
		return "", err
	}
	licence, err := os.ReadFile("LICENSE")
	if err != nil {
		return "", err
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}

	tag := "py3-none-" + platform
	data, meta := "mnistgpu-"+version+".data/", "mnistgpu-"+version+".dist-info/"
	files := []file{
		{data + "scripts/mnistgpu" + filepath.Ext(program), binary, 0o755},
		{meta + "licenses/LICENSE", licence, 0o644},
		{meta + "licenses/THIRD_PARTY.txt", notices, 0o644},
		{meta + "METADATA", metadata(version), 0o644},
		{meta + "WHEEL", []byte("Wheel-Version: 1.0\nGenerator: mnistgpu\nRoot-Is-Purelib: false\nTag: " + tag + "\n"), 0o644},
	}
	files = append(files, record(files, meta+"RECORD"))

	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	name = "mnistgpu-" + version + "-" + tag + ".whl"
	return name, write(filepath.Join(out, name), files)
}

// platformTag returns the platform of a program's wheel, as in its file name.
func platformTag(info *buildinfo.BuildInfo) (string, error) {
	var system, arch string
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			system = s.Value
		case "GOARCH":
			arch = s.Value
		}
	}
	switch system + "/" + arch {
	case "linux/amd64":
		return "manylinux_2_28_x86_64", nil
	case "linux/arm64":
		return "manylinux_2_28_aarch64", nil
	case "darwin/arm64":
		return "macosx_12_0_arm64", nil // the oldest that Go 1.26 supports
	case "windows/amd64":
		return "win_amd64", nil
	}
	return "", errors.New("there are no wheels for " + system + "/" + arch)
}
