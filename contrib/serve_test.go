package contrib

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// understood checks that the program complains only about the run, which does not
// exist, and so accepts the flags.
func understood(t *testing.T, args []string) {
	t.Helper()
	cmd := exec.Command(mnistgpu, args...)
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("%v: %v, want exit code 3\n%s", args, err, output)
	}
}

func TestServiceCallsTheProgram(t *testing.T) {
	unit, err := os.ReadFile("serve/mnistgpu.service")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^ExecStart=\S+/mnistgpu (.*)$`).FindSubmatch(unit)
	if command == nil {
		t.Fatal("no ExecStart")
	}
	understood(t, strings.Fields(string(command[1])))
}

func TestComposeCallsTheProgram(t *testing.T) {
	content, err := os.ReadFile("serve/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	service := file.Services["mnistgpu"]
	if service.Environment["MNISTGPU_TOKEN"] == "" {
		t.Error("the token does not reach the program")
	}
	understood(t, service.Command)
}

func TestSystemdKnowsAllSettings(t *testing.T) {
	need(t, "systemd-analyze")
	output, err := exec.Command("systemd-analyze", "verify", "serve/mnistgpu.service").CombinedOutput()
	for line := range strings.Lines(string(output)) {
		// The program is not installed at the path in the unit.
		if !strings.Contains(line, "is not executable") {
			t.Errorf("%v: %s", err, line)
		}
	}
	// systemd calls an exposure of at most 2.0 out of 10 OK; without any setting it is 9.6.
	output, err = exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "serve/mnistgpu.service").CombinedOutput()
	if err != nil {
		t.Errorf("%v: what is the service left to do?\n%s", err, output)
	}
}
