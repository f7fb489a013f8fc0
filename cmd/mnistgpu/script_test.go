package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mnistgpu/internal/mnist"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mnistgpu": main})
}

// TestScripts runs the command as a user would. No script reaches the network:
// what the program would download comes through a proxy that is not there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
			env.Setenv("NO_PROXY", "")
			env.Setenv("MNISTGPU_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("MNISTGPU_DATA", "")
			env.Setenv("MNIST", os.Getenv("MNISTGPU_DATA"))
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"digits": digits,
			"poke":   poke,
			"cut":    cut,
			"bomb":   bomb,
			"tmpfs":  tmpfs,
			"exits":  exits,
			"number": number,
		},
		RequireExplicitExec: true,
	})
}

// condition knows [mnist], whether there is real MNIST, [long], whether tests
// may take minutes, and [mount], whether file systems can be mounted.
func condition(name string) (bool, error) {
	switch name {
	case "mnist":
		return os.Getenv("MNISTGPU_DATA") != "", nil
	case "long":
		return os.Getenv("MNISTGPU_LONG") != "", nil
	case "mount":
		return canMount(), nil
	}
	return false, fmt.Errorf("unknown condition %s", name)
}

// digits DIR writes a small data set as four IDX files.
func digits(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	data := mnist.Synthetic(600, 200, 1)
	for prefix, split := range map[string]mnist.Split{"train": data.Train, "t10k": data.Test} {
		var images, labels bytes.Buffer
		ts.Check(mnist.WriteImages(&images, mnist.Images{Height: data.Height, Width: data.Width, Pixels: split.Images}))
		ts.Check(mnist.WriteLabels(&labels, split.Labels))
		ts.Check(os.WriteFile(filepath.Join(dir, prefix+"-images-idx3-ubyte"), images.Bytes(), 0o666))
		ts.Check(os.WriteFile(filepath.Join(dir, prefix+"-labels-idx1-ubyte"), labels.Bytes(), 0o666))
	}
}

// poke FILE OFFSET HEX overwrites bytes.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	value, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(content[offset:], value)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o666))
}

// cut FILE N leaves the first N bytes.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// bomb FILE replaces an IDX file by a small gzip file that holds its header
// and then 4 GiB of zeros.
func bomb(ts *testscript.TestScript, neg bool, args []string) {
	const chunk = 16 << 20
	header := ts.ReadFile(args[0])[:16]
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(header))
	ts.Check(err)
	ts.Check(z.Flush())
	start := b.Len()
	_, err = z.Write(make([]byte, chunk))
	ts.Check(err)
	ts.Check(z.Flush())
	// After a flush the same compressed bytes mean the same zeros again.
	b.Write(bytes.Repeat(b.Bytes()[start:], 4<<30/chunk-1))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}

// exits CODE COMMAND... runs a command that must end with the given exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != code {
		ts.Fatalf("exit code %d, want %d", got, code)
	}
}

// number FILE KEY LOW HIGH wants the JSON object in FILE to have a number under
// KEY that is no less than LOW and no more than HIGH.
func number(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	got, ok := object[args[1]].(float64)
	low, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	high, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if !ok || !(low <= got && got <= high) {
		ts.Fatalf("%s is %v, want %v to %v", args[1], object[args[1]], low, high)
	}
	ts.Logf("%s is %v, within %v to %v", args[1], got, low, high)
}
