package serve

import (
	"encoding/json"
	"sync"
)

// broadcast holds the model and the run as clients get them, as JSON, and lets any number
// of event streams wait for changes.
type broadcast struct {
	mu      sync.Mutex
	model   []byte // nil while there is none
	run     []byte // nil if a file is served without a run
	changed chan struct{}
}

func newBroadcast() *broadcast { return &broadcast{changed: make(chan struct{})} }

// latest returns the current values, and a channel that is closed when one of them
// changes.
func (b *broadcast) latest() (model, run []byte, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.model, b.run, b.changed
}

func (b *broadcast) setModel(info modelInfo) { b.set(&b.model, info) }

func (b *broadcast) setRun(r *runInfo) { b.set(&b.run, r) }

func (b *broadcast) set(field *[]byte, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		panic("serve: cannot marshal an event")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	*field = content
	close(b.changed)
	b.changed = make(chan struct{})
}
