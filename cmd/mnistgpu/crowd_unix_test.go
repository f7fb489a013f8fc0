//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A crowd of clients from one address, more than the server may open files for.
const (
	idleClients = 1000 // connect and send nothing, again some 10 seconds after they were dropped
	busyClients = 50   // send one picture after another
)

// arrival is how long the idle clients need to arrive: each has its grace of 50 ms, some 32 at
// a time, before it makes room for the next.
const arrival = 3 * time.Second

// mostCrowdMemory is the memory that the server may take, in kB.
const mostCrowdMemory = 61 << 10

// TestCrowd serves a crowd with 64 files. One more client, and /healthz, are answered all
// the same: within 100 and 20 ms, at the 99th percentile, where nothing else runs, which
// only the long form can expect. It takes as long as MNISTGPU_CROWD says, such as 10m.
func TestCrowd(t *testing.T) {
	length, mostAnswer, mostHealth := 6*time.Second, 3*time.Second, 3*time.Second
	if text := os.Getenv("MNISTGPU_CROWD"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		mostAnswer, mostHealth = 100*time.Millisecond, 20*time.Millisecond
	}
	server, address := serveRun(t, "sh", "-c", `ulimit -n 64; exec mnistgpu "$@"`, "sh")
	stop := make(chan struct{})
	var group sync.WaitGroup
	var connects, answers, lost atomic.Int64
	for range idleClients {
		group.Go(func() { idle(strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/"), &connects, stop) })
	}
	for range busyClients {
		client := &http.Client{Transport: new(http.Transport), Timeout: 20 * time.Second}
		group.Go(func() {
			for !closed(stop) {
				if ask(client, address+"v1/predict") == nil {
					answers.Add(1)
				} else {
					lost.Add(1)
				}
			}
		})
	}
	time.Sleep(arrival)
	oneMore := &crowdClient{url: address + "v1/predict", ask: ask}
	health := &crowdClient{url: address + "healthz", ask: get}
	for _, c := range []*crowdClient{oneMore, health} {
		group.Go(func() { c.run(stop) })
	}
	time.Sleep(length)
	close(stop)
	group.Wait()
	memory := peakMemory(t, server.Process.Pid)
	t.Logf("%d connections of idle clients; busy ones have %d answers and %d lost; %v; %v; %d kB", connects.Load(), answers.Load(), lost.Load(), oneMore, health, memory)
	for c, most := range map[*crowdClient]time.Duration{oneMore: mostAnswer, health: mostHealth} {
		if c.failed != nil || len(c.times) == 0 || c.percentile(99) > most {
			t.Errorf("%v (%v), want the 99th percentile within %v", c, c.failed, most)
		}
	}
	if answers.Load() == 0 || lost.Load() > answers.Load()/20 {
		t.Errorf("busy clients have %d answers, and lost %d", answers.Load(), lost.Load())
	}
	if memory > mostCrowdMemory {
		t.Errorf("the server took %d kB, want at most %d", memory, mostCrowdMemory)
	}
}

// idle connects and sends nothing, again and again.
func idle(address string, connects *atomic.Int64, stop chan struct{}) {
	for {
		if c, err := net.Dial("tcp", address); err == nil {
			connects.Add(1)
			ended := make(chan struct{})
			go func() { io.Copy(io.Discard, c); close(ended) }()
			select {
			case <-ended:
			case <-stop:
			}
			c.Close()
		}
		select {
		case <-time.After(5*time.Second + rand.N(10*time.Second)):
		case <-stop:
			return
		}
	}
}

func closed(stop chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// crowdClient sends a request every 20 ms, a second time if its connection was lost, and
// notes how long the answers take.
type crowdClient struct {
	url    string
	ask    func(client *http.Client, url string) error
	times  []time.Duration
	again  int   // requests that were sent a second time
	failed error // the first one that was not answered then either
}

func (c *crowdClient) run(stop chan struct{}) {
	client := &http.Client{Transport: new(http.Transport), Timeout: 20 * time.Second}
	for ; !closed(stop); time.Sleep(20 * time.Millisecond) {
		start := time.Now()
		err := c.ask(client, c.url)
		if err != nil { // perhaps it came too slowly, and its connection made room
			c.again++
			err = c.ask(client, c.url)
		}
		if err != nil && c.failed == nil {
			c.failed = err
		}
		c.times = append(c.times, time.Since(start))
	}
	slices.Sort(c.times)
}

func (c *crowdClient) percentile(n int) time.Duration { return c.times[(len(c.times)-1)*n/100] }

func (c *crowdClient) String() string {
	if len(c.times) == 0 {
		return c.url + ": no answer"
	}
	return fmt.Sprintf("%s: %d answers, %d to a second request, half within %v, 99 %% within %v, all within %v",
		c.url, len(c.times), c.again, c.percentile(50), c.percentile(99), c.percentile(100))
}

// ask sends an image to classify.
func ask(client *http.Client, url string) error {
	body := []byte(`{"pixels":[0` + strings.Repeat(",100", 783) + `]}`)
	response, err := client.Post(url, "application/json", bytes.NewReader(body))
	return answered(response, err)
}

func get(client *http.Client, url string) error {
	response, err := client.Get(url)
	return answered(response, err)
}

// answered returns an error unless the answer is whole and good.
func answered(response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// peakMemory returns the most memory that a process has taken, in kB, or 0 where Linux's
// /proc does not tell.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	kilobytes := 0
	_, rest, _ := strings.Cut(string(content), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes
}
