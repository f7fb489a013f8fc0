package run

import (
	"bytes"
	"crypto/sha256"
	"math"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/run/checkpoint"
	"mnistgpu/internal/train"
)

// emptySize is the memory, counted four times by CheckCost, that the number of an empty
// field takes in addition to that for its comma.
const emptySize = 1

// checkHistory reads a history, and checks that it is refused with an error of one line
// or has columns of the same length.
func checkHistory(t *testing.T, content []byte) {
	t.Helper()
	empty := bytes.Count(content, []byte(",,")) + bytes.Count(content, []byte(",\n")) + bytes.Count(content, []byte("\n,"))
	var h *History
	var err error
	hostile.CheckCost(t, len(content)+emptySize*empty, func() { h, err = decodeHistory(content) })
	if err != nil {
		checkLine(t, err)
		return
	}
	for name, column := range h.columns {
		if len(column) != h.Len {
			t.Errorf("%d numbers of %s in %d lines", len(column), name, h.Len)
		}
	}
	if _, ok := h.Best(); ok != (h.Len > 0) {
		t.Errorf("%d lines, and the best is there: %v", h.Len, ok)
	}
}

func checkLine(t *testing.T, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %q: want one line", err)
	}
}

func FuzzHistory(f *testing.F) {
	records := []train.Record{{Step: 1, Loss: 0.5}, {Step: 2, Loss: 1.0 / 3}}
	f.Add(EncodeHistory(records, true))
	f.Add(EncodeHistory(records, false))
	f.Add(EncodeHistory([]train.Record{{TestLoss: math.NaN()}, {TestLoss: math.Inf(1)}}, false))
	f.Add([]byte("note," + header + ",val_loss\r\na,1,1,1,1,1,1,1,\r\n\r\nb,1,1,1,1,1,1,1,NaN"))
	f.Fuzz(checkHistory)
}

// FuzzSummary checks that a summary is refused with an error of one line, or encodes to
// one that means the same.
func FuzzSummary(f *testing.F) {
	f.Add((&Summary{Status: "done", Hidden: []int{400, 300}}).Encode())
	f.Add([]byte(`{"status":"diverged","loss":null,"steps":1,"error":"\u2028"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > maxSummary {
			return
		}
		var s *Summary
		var err error
		hostile.CheckCost(t, len(content), func() { s, err = decodeSummary(content) })
		if err != nil {
			checkLine(t, err)
			return
		}
		written := s.Encode()
		again, err := decodeSummary(written)
		if err != nil || !bytes.Equal(again.Encode(), written) {
			t.Errorf("%q becomes %q, which is read as %+v, %v", content, written, again, err)
		}
	})
}

// FuzzState checks that an intact checkpoint is refused as the state of a run with an
// error of one line, or is saved again unchanged.
func FuzzState(f *testing.F) {
	for _, s := range []*train.State{{}, state()} {
		content := checkpoint.Encode(Checkpoint(map[string]string{"lr": "0.5"}, s))
		f.Add(content[:len(content)-sha256.Size])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		const header = 32
		if len(body) < header {
			return
		}
		content := hostile.Seal(bytes.Clone(body))
		var s *train.State
		var c *checkpoint.State
		var err error
		hostile.CheckCost(t, len(content), func() {
			if c, err = checkpoint.Decode(content); err == nil {
				s, err = StateOf(c)
			}
		})
		if err != nil {
			checkLine(t, err)
			return
		}
		saved := Checkpoint(c.Settings, s)
		again, err := StateOf(saved)
		if err != nil || !bytes.Equal(checkpoint.Encode(Checkpoint(c.Settings, again)), checkpoint.Encode(saved)) {
			t.Errorf("%+v is saved, and read as %+v, %v", s, again, err)
		}
	})
}

// Histories that consist only of structure take no more memory than others.
func TestHistoriesThatSwell(t *testing.T) {
	line := strings.Repeat("0,", len(columns)-1) + "0"
	for _, content := range []string{
		header + "\n" + strings.Repeat("\n", 1<<20),
		header + "\n" + strings.Repeat(line+"\n", 1<<17),
		header + "," + strings.Join(optional, ",") + "\n" + strings.Repeat(line+",,,\n", 1<<17),
		header + "," + strings.Join(optional, ",") + "\n" + strings.Repeat(line+",0,0,0\n", 1<<17),
		header + "\n" + strings.Repeat(",", 1<<20),
		header + "\n" + line[:len(line)-1] + strings.Repeat("x", 1<<20),
		header + strings.Repeat(",", maxHeader-len(header)) + "\n" + line + strings.Repeat(",", maxHeader-len(header)) + "\n",
		strings.Repeat("\"", 1<<20), strings.Repeat("a,", 1<<19),
	} {
		checkHistory(t, []byte(content))
	}
}

// Summaries that consist only of structure take no more memory than others.
func TestSummariesThatSwell(t *testing.T) {
	for _, unit := range []string{"[", "1,", `"hidden":[1],`, `"a":{},`, `"status":"x",`, `"\u00e9",`} {
		for _, start := range []string{"", "{", `{"hidden":[`, `{"status":"x","hidden":[`} {
			content := []byte(start + strings.Repeat(unit, (maxSummary-len(start))/len(unit)))
			hostile.CheckCost(t, len(content), func() { decodeSummary(content) })
		}
	}
	dir := write(t, "summary.json", `{"status":"done"}`+strings.Repeat(" ", maxSummary))
	if _, err := ReadSummary(dir); err == nil || !strings.HasSuffix(err.Error(), "bytes: at most 65536 are allowed") {
		t.Errorf("a large one gave %v", err)
	}
}
