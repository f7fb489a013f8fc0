// Package contrib tests the files for running mnistgpu in common environments: sweeps
// with Slurm, GNU parallel and Kubernetes, each of which must produce the same table as
// one plain sweep, and serve in a container, by compose and by systemd.
package contrib

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"mnistgpu/internal/mnist"
)

// mnistgpu is the program, and flags are a sweep of six short trials.
var (
	mnistgpu string
	flags    []string
)

func TestMain(m *testing.M) { os.Exit(prepare(m)) }

// prepare builds the program and draws some digits, once for all tests.
func prepare(m *testing.M) int {
	folder, err := os.MkdirTemp("", "contrib")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	mnistgpu = filepath.Join(folder, "mnistgpu")
	if output, err := exec.Command("go", "build", "-o", mnistgpu, "../cmd/mnistgpu").CombinedOutput(); err != nil {
		panic(string(output))
	}
	os.Setenv("MNISTGPU", mnistgpu)
	data := filepath.Join(folder, "digits")
	if err := mnist.WriteDir(data, mnist.Synthetic(600, 200, 1), mnist.DefaultNames(10)); err != nil {
		panic(err)
	}
	flags = []string{"--data", data, "--backend", "cpu", "--hidden", "4,6x5", "--lr", "0.1,0.5,1e30", "--steps", "20"}
	return m.Run()
}

func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", cmd, err, stdout, stderr.Bytes())
	}
	return string(stdout)
}

// need skips the test if a program is not installed.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// table is the results.csv of a plain sweep.
func table(t *testing.T) []byte {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "plain")
	run(t, exec.Command(mnistgpu, slices.Concat([]string{"sweep", "--quiet", "--run-dir", folder}, flags)...))
	return results(t, folder)
}

func results(t *testing.T, folder string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(content, []byte("\n")); lines != 7 {
		t.Fatalf("%d lines, want a header and six trials:\n%s", lines, content)
	}
	return content
}

func TestSlurm(t *testing.T) {
	need(t, "slurmctld", "slurmd", "munged", "sbatch")
	if os.Geteuid() != 0 {
		t.Skip("Slurm on one node needs root")
	}
	node := t.TempDir()
	t.Cleanup(func() { endDaemons(t, node) })
	run(t, exec.Command("slurm/one-node.sh", node))
	t.Setenv("SLURM_CONF", filepath.Join(node, "slurm.conf"))

	folder := filepath.Join(node, "shared")
	log := "--output=" + filepath.Join(node, "%A_%a.log")
	array := run(t, exec.Command("sbatch", slices.Concat([]string{"--parsable", "--array=3-5", log, "slurm/sweep.sbatch", folder}, flags)...))
	merge := "--dependency=afterok:" + strings.TrimSpace(array)
	run(t, exec.Command("sbatch", "--wait", merge, log, "--wrap", mnistgpu+" sweep merge "+folder))
	if got, want := results(t, folder), table(t); !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// endDaemons ends Slurm and waits until it has ended, since until then it writes into
// its folder.
func endDaemons(t *testing.T, node string) {
	pids, err := filepath.Glob(filepath.Join(node, "*.pid"))
	if err != nil || len(pids) == 0 {
		t.Errorf("no daemons to end: %v", err)
	}
	for _, path := range pids {
		pid, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		number := strings.TrimSpace(string(pid))
		exec.Command("kill", number).Run()
		for exec.Command("kill", "-0", number).Run() == nil {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func TestParallel(t *testing.T) {
	need(t, "parallel", "sh", "seq")
	folder := filepath.Join(t.TempDir(), "runs", "shared")
	call := exec.Command("./parallel.sh", slices.Concat([]string{"3", folder}, flags)...)
	run(t, call)
	if got, want := results(t, folder), table(t); !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestKubernetes runs the container's arguments once for each index, as Kubernetes
// would.
func TestKubernetes(t *testing.T) {
	var job struct {
		Spec struct {
			CompletionMode string `yaml:"completionMode"`
			Completions    int
			Template       struct {
				Spec struct {
					Containers []struct{ Args []string }
				}
			}
		}
	}
	content, err := os.ReadFile("k8s/sweep-indexed-job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &job); err != nil {
		t.Fatal(err)
	}
	args := job.Spec.Template.Spec.Containers[0].Args
	shards := slices.Index(args, "--shards")
	if job.Spec.CompletionMode != "Indexed" || args[shards+1] != strconv.Itoa(job.Spec.Completions) {
		t.Errorf("%q completions %d, but --shards %s", job.Spec.CompletionMode, job.Spec.Completions, args[shards+1])
	}
	folder := filepath.Join(t.TempDir(), "shared")
	for i := range job.Spec.Completions {
		cmd := exec.Command(mnistgpu, slices.Concat([]string{args[0], args[1], folder, args[3], args[4], "--quiet"}, flags)...)
		cmd.Env = append(os.Environ(), "JOB_COMPLETION_INDEX="+strconv.Itoa(i))
		run(t, cmd)
	}
	run(t, exec.Command(mnistgpu, "sweep", "merge", folder))
	if got, want := results(t, folder), table(t); !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
