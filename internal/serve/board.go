package serve

import (
	"encoding/json"
	"sync"
)

// board holds what clients are sent about the model and the run, as JSON, and lets
// them wait for changes.
type board struct {
	mu    sync.Mutex
	model []byte // nil while there is none
	run   []byte // nil if a file is served without a run
	news  chan struct{}
}

func newBoard() *board { return &board{news: make(chan struct{})} }

// read returns the current values, and a channel that is closed when one of them
// changes.
func (b *board) read() (model, run []byte, news <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.model, b.run, b.news
}

func (b *board) setModel(info modelInfo) { b.set(&b.model, info) }

func (b *board) setRun(r *runInfo) { b.set(&b.run, r) }

func (b *board) set(field *[]byte, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		panic("serve: news that are no JSON")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	*field = content
	close(b.news)
	b.news = make(chan struct{})
}
