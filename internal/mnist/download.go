package mnist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mnistgpu/internal/fault"
)

const (
	// maxDownload is more than any compressed file of MNIST needs; the largest
	// has 9.9 MB.
	maxDownload = 16 << 20

	// maxDuration limits the download of one file, which may never stall but be
	// very slow.
	maxDuration = 10 * time.Minute
)

// ErrNotHad is the cause of an error if MNIST is not on this machine and could not be
// downloaded.
var ErrNotHad = errors.New("MNIST is not here and cannot be downloaded")

// download downloads the files of MNIST that are not in the cache folder yet.
func (s Source) download(ctx context.Context) error {
	if s.CacheDir == "" {
		return fault.Inf("mnist", "%w: no cache folder", ErrNotHad).WithHint("set MNISTGPU_HOME")
	}
	for _, k := range knownFiles {
		_, err := find(s.CacheDir, k.name)
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := s.downloadFile(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// downloadFile tries the mirrors one by one until one delivers k.
func (s Source) downloadFile(ctx context.Context, k knownFile) error {
	path := filepath.Join(s.CacheDir, k.name+".gz")
	if err := os.MkdirAll(s.CacheDir, 0o755); err != nil {
		return fault.Inf(path, "%w: %w", ErrNotHad, fault.Cause(err))
	}
	if len(s.Mirrors) == 0 {
		return fault.Inf(path, "%w: no mirrors", ErrNotHad)
	}
	var reasons []string
	for _, mirror := range s.Mirrors {
		err := s.downloadFrom(ctx, mirror+k.name+".gz", path, k)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", mirror, err))
	}
	return fault.Inf(path, "%w: %s", ErrNotHad, strings.Join(reasons, "; "))
}

// downloadFrom downloads the file at address to path if it is k. At any time, even
// after a power cut, there is the whole file at path or none.
func (s Source) downloadFrom(ctx context.Context, address, path string, k knownFile) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".download-*")
	if err != nil {
		return fault.Cause(err)
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := s.get(ctx, address, f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := k.verifyFile(f.Name()); err != nil {
		return errors.Unwrap(err)
	}
	return os.Rename(f.Name(), path)
}

// get downloads address and writes it to w. It gives up if the mirror sends nothing
// for s.Stall.
func (s Source) get(ctx context.Context, address string, w io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, maxDuration, fmt.Errorf("not done after %v", maxDuration))
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watchdog := time.AfterFunc(s.Stall, func() { stop(fmt.Errorf("silent for %v", s.Stall)) })
	defer watchdog.Stop()

	resp, err := s.request(ctx, address)
	if err != nil {
		return reason(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	if resp.ContentLength > maxDownload {
		return fmt.Errorf("must offer at most %d bytes (got %d)", maxDownload, resp.ContentLength)
	}
	p := &progress{w: w, total: resp.ContentLength, report: func(done, total int64) {
		watchdog.Reset(s.Stall)
		if s.Progress != nil {
			s.Progress(filepath.Base(address), done, total)
		}
	}}
	_, err = io.Copy(p, resp.Body)
	return reason(ctx, err)
}

// request requests address. It uses https only, redirects included.
func (s Source) request(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if err := checkHTTPS(req, nil); err != nil {
		return nil, err
	}
	// This keeps the client from decompressing the file, which is a .gz file.
	req.Header.Set("Accept-Encoding", "gzip")
	client := http.Client{CheckRedirect: checkHTTPS}
	if s.Client != nil {
		client.Transport = s.Client.Transport
	}
	return client.Do(req)
}

// checkHTTPS refuses requests that could be read or changed on the way, and endless
// redirects.
func checkHTTPS(req *http.Request, via []*http.Request) error {
	if req.URL.Scheme != "https" {
		return fmt.Errorf("leads to %s, which is not https", req.URL.Redacted())
	}
	if len(via) > 5 {
		return errors.New("redirects without end")
	}
	return nil
}

// reason returns the cause of ctx, if ctx has ended, rather than the error that
// followed from it. err may then even be nil: a server that notices first may end
// its answer normally.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return whole(fault.Cause(err))
}

// progress passes on what is written, reports it, and fails beyond maxDownload.
type progress struct {
	w           io.Writer
	done, total int64
	report      func(done, total int64)
}

func (p *progress) Write(b []byte) (int, error) {
	if p.done+int64(len(b)) > maxDownload {
		return 0, fmt.Errorf("has more than %d bytes", maxDownload)
	}
	n, err := p.w.Write(b)
	p.done += int64(n)
	p.report(p.done, p.total)
	return n, err
}
