package mnist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mnistgpu/internal/hostile"
)

// smallFile is a file that mirrors offer in tests.
var smallFile = knownFile{"small-labels-idx1-ubyte", labelsMagic, hexSum(threeLabels)}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// serve starts a mirror that answers with handler.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	return server
}

// A mirrorFault is one way in which a mirror fails to deliver smallFile.
type mirrorFault struct {
	name  string
	serve http.HandlerFunc
	want  string // the reason that is given
}

// mirrorFaults are those that do not need a second server.
func mirrorFaults(t *testing.T) []mirrorFault {
	gz := hostile.Gzip(t, threeLabels)
	send := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Write(data) }
	}
	other := idx([]uint32{labelsMagic, 3}, 7, 0, 8)
	return []mirrorFault{
		{"not found", http.NotFound, "answers 404 Not Found"},
		{"web page", send([]byte("<html>domain for sale</html>")), `magic number must be 0x00000801, of an IDX file of labels (got 0x3c68746d ("<htm"))`},
		{"nothing", send(nil), "must have 8 bytes (got 0)"},
		{"part of the file", send(gz[:len(gz)-9]), "gzip data is damaged after byte 11 of the content: the file ends early"},
		{"other data", send(hostile.Gzip(t, other)), "SHA-256 of the content must be " + smallFile.sha256 + ", that of MNIST (got " + hexSum(other) + ")"},
		{"more data", send(append(bytes.Clone(gz), 1)), "goes on after the gzip data, where it must end"},
		{"broken connection", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(gz)))
			w.Write(gz[:10])
		}, "the file ends early"},
		{"too large by its header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "16777217")
		}, "must offer at most 16777216 bytes (got 16777217)"},
		{"too large", func(w http.ResponseWriter, r *http.Request) {
			for chunk := make([]byte, 1<<20); r.Context().Err() == nil; {
				w.Write(chunk)
			}
		}, "has more than 16777216 bytes"},
		{"redirects without end", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "redirects without end"},
	}
}

// After any fault the next mirror is tried; without one, the fault is reported as the
// reason. Nothing but the file itself is ever left behind.
func TestMirrorFaults(t *testing.T) {
	for _, fault := range mirrorFaults(t) {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			checkMirrors(t, fault, 30*time.Second)
		})
	}
}

func TestMirrorSilence(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stalled := func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte{0x1f, 0x8b})
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for _, fault := range []mirrorFault{
		{"at once", silent, "silent for 3s"},
		{"after two bytes", stalled, "silent for 3s"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			checkMirrors(t, fault, 3*time.Second)
		})
	}
}

// checkMirrors downloads from a faulty mirror alone and then together with a good one.
func checkMirrors(t *testing.T, fault mirrorFault, stall time.Duration) {
	gz := hostile.Gzip(t, threeLabels)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/good/") {
			w.Write(gz)
			return
		}
		fault.serve(w, r)
	})
	bad, good := server.URL+"/bad/", server.URL+"/good/"
	dir := filepath.Join(t.TempDir(), "cache")
	path := filepath.Join(dir, smallFile.name+".gz")
	s := Source{CacheDir: dir, Mirrors: []string{bad}, Client: server.Client(), Stall: stall}

	err := s.downloadFile(context.Background(), smallFile)
	checkFault(t, err, path+": MNIST is not here and cannot be downloaded: "+bad+": "+fault.want)
	checkNames(t, dir)

	s.Mirrors = []string{bad, good}
	if err := s.downloadFile(context.Background(), smallFile); err != nil {
		t.Fatal(err)
	}
	checkNames(t, dir, smallFile.name+".gz")
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, gz) {
		t.Errorf("the file holds %x, %v: want %x", got, err, gz)
	}
}

// checkNames checks that dir holds the given files and nothing else.
func checkNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s holds %q: want %q", dir, got, want)
	}
}

// Plain http is never used, not even with a server that has the right file.
func TestMirrorPlainHTTP(t *testing.T) {
	gz := hostile.Gzip(t, threeLabels)
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("a request came over plain http")
		w.Write(gz)
	}))
	defer plain.Close()
	secure := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusMovedPermanently)
	})
	for _, mirror := range []string{plain.URL + "/", secure.URL + "/"} {
		dir := t.TempDir()
		s := Source{CacheDir: dir, Mirrors: []string{mirror}, Client: secure.Client(), Stall: 30 * time.Second}
		err := s.downloadFile(context.Background(), smallFile)
		checkFault(t, err, filepath.Join(dir, smallFile.name)+".gz: MNIST is not here and cannot be downloaded: "+
			mirror+": leads to "+plain.URL+"/"+smallFile.name+".gz, which is not https")
		checkNames(t, dir)
	}
}

// A mirror that is slow but keeps sending is not given up: in total it takes longer than
// the allowed silence.
func TestMirrorSlow(t *testing.T) {
	t.Parallel()
	gz := hostile.Gzip(t, threeLabels)
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(gz)))
		for i := range gz {
			w.Write(gz[i : i+1])
			w.(http.Flusher).Flush()
			time.Sleep(3 * time.Second / time.Duration(len(gz)))
		}
	})
	var done, total int64
	s := Source{
		CacheDir: t.TempDir(),
		Mirrors:  []string{server.URL + "/"},
		Client:   server.Client(),
		Stall:    2 * time.Second,
		Progress: func(file string, d, n int64) {
			if file != smallFile.name+".gz" || d <= done {
				t.Errorf("progress is %q, %d bytes after %d", file, d, done)
			}
			done, total = d, n
		},
	}
	if err := s.downloadFile(context.Background(), smallFile); err != nil {
		t.Fatal(err)
	}
	if size := int64(len(gz)); done != size || total != size {
		t.Errorf("progress ends at %d of %d: want %d of %d", done, total, size, size)
	}
}

func TestDownloadCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	dir := t.TempDir()
	s := Source{CacheDir: dir, Mirrors: []string{server.URL + "/"}, Client: server.Client()}
	if _, err := Open(ctx, "auto", 10, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v: want %v", err, context.Canceled)
	}
	checkNames(t, dir)
}
