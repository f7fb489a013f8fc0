package serve

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"path"
	"time"
)

// page holds the files of the page.
//
//go:embed page
var page embed.FS

// contentTypes are the content types of the page's files, by extension.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// pageFile is a file of the page.
type pageFile struct {
	content     []byte
	contentType string
	etag        string // identifies the content, so that a browser fetches it once
}

// pageFiles are the page's files by the paths that they are served at.
var pageFiles = readPage()

func readPage() map[string]*pageFile {
	files := map[string]*pageFile{}
	entries, err := page.ReadDir("page")
	if err != nil {
		panic("serve: no page")
	}
	for _, entry := range entries {
		content, err := page.ReadFile("page/" + entry.Name())
		contentType := contentTypes[path.Ext(entry.Name())]
		if err != nil || contentType == "" {
			panic("serve: unknown file type in page")
		}
		route := "/" + entry.Name()
		if entry.Name() == "index.html" {
			route = "/"
		}
		files[route] = &pageFile{content, contentType, fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(content))[:16])}
	}
	return files
}

func (f *pageFile) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", f.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
