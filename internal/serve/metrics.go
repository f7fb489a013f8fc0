package serve

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	runtimemetrics "runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// buckets are the upper bounds of the histogram of prediction times, in seconds.
// Below 50 ms, the bars on the page seem to follow the hand that draws.
var buckets = [...]float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1}

// heapMetric is the runtime's name for the bytes of objects on the heap.
const heapMetric = "/memory/classes/heap/objects:bytes"

// series is the key that requests are counted by.
type series struct {
	route  string
	method string
	code   int
}

// metrics are the metrics of a server for Prometheus.
type metrics struct {
	version string
	started time.Time

	streams     atomic.Int64 // open event streams
	predictions atomic.Int64 // predictions in progress

	mu       sync.Mutex
	requests map[series]uint64
	times    [len(buckets) + 1]uint64 // not cumulative; the last is above all bounds
	total    time.Duration            // of all predictions
}

func newMetrics(version string) *metrics {
	return &metrics{version: version, started: time.Now(), requests: map[series]uint64{}}
}

// countRequest counts a request. Routes are patterns, and unknown methods count as
// "other", so that hostile requests cannot create series without limit.
func (m *metrics) countRequest(route, method string, code int) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other"
	}
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	switch route {
	case "", "/": // refused before routing, or the fallback for unknown paths
		route = "none"
	case "/{$}":
		route = "/"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[series{route, method, code}]++
}

// observePrediction counts a prediction that took the given time.
func (m *metrics) observePrediction(took time.Duration) {
	i, _ := slices.BinarySearch(buckets[:], took.Seconds())
	m.mu.Lock()
	defer m.mu.Unlock()
	m.times[i]++
	m.total += took
}

// write writes all metrics in Prometheus's text format, version 0.0.4.
func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	requests, times, total := maps.Clone(m.requests), m.times, m.total
	m.mu.Unlock()

	writeHelp(w, "mnistgpu_build_info", "gauge", "The version of the program, as a label.")
	fmt.Fprintf(w, "mnistgpu_build_info{version=%q} 1\n", m.version)
	writeHelp(w, "mnistgpu_http_requests_total", "counter", "Requests that were answered.")
	for _, s := range slices.SortedFunc(maps.Keys(requests), compareSeries) {
		fmt.Fprintf(w, "mnistgpu_http_requests_total{route=%q,method=%q,code=\"%d\"} %d\n", s.route, s.method, s.code, requests[s])
	}
	writeTimes(w, times, total)
	for _, gauge := range []struct {
		name, help string
		value      float64
	}{
		{"mnistgpu_predictions_in_progress", "Predictions that wait or compute.", float64(m.predictions.Load())},
		{"mnistgpu_event_streams", "Event streams that are open.", float64(m.streams.Load())},
		{"go_goroutines", "Goroutines.", float64(runtime.NumGoroutine())},
		{"go_heap_objects_bytes", "Bytes of objects on the heap.", heapBytes()},
		{"process_start_time_seconds", "When the server started, in Unix time.", float64(m.started.UnixMilli()) / 1000},
	} {
		writeHelp(w, gauge.name, "gauge", gauge.help)
		fmt.Fprintf(w, "%s %v\n", gauge.name, gauge.value)
	}
}

func writeHelp(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// writeTimes writes the histogram, whose buckets are cumulative.
func writeTimes(w io.Writer, times [len(buckets) + 1]uint64, total time.Duration) {
	const name = "mnistgpu_prediction_seconds"
	writeHelp(w, name, "histogram", "Time from the pixels to the answer.")
	var count uint64
	for i, n := range times {
		count += n
		bound := "+Inf"
		if i < len(buckets) {
			bound = fmt.Sprint(buckets[i])
		}
		fmt.Fprintf(w, "%s_bucket{le=%q} %d\n", name, bound, count)
	}
	fmt.Fprintf(w, "%s_sum %v\n%s_count %d\n", name, total.Seconds(), name, count)
}

func compareSeries(a, b series) int {
	return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), cmp.Compare(a.code, b.code))
}

// heapBytes returns the bytes of objects on the heap. Unlike runtime.ReadMemStats, it
// does not stop the world.
func heapBytes() float64 {
	sample := []runtimemetrics.Sample{{Name: heapMetric}}
	runtimemetrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}
