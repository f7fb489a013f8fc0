package cpu

import (
	"sync/atomic"
	"time"
)

// patience is how long an idle goroutine spins before it sleeps. The jobs of a step
// follow one another within microseconds, and waking a sleeper takes tens of
// microseconds. Never sleeping would starve others when there are more threads than
// free processors.
const patience = 50 * time.Microsecond

// pool is a group of goroutines that share the parts of a job: the one that
// calls run, and its helpers.
//
// Each goroutine has its own share, always the same one for the same number of parts,
// since what it wrote in one job is still in its cache for the next. A goroutine that
// is done with its share takes parts from the shares of others.
type pool struct {
	job     func(thread, part int)
	parts   int
	shares  []share
	jobs    atomic.Int64 // started so far
	pending atomic.Int64 // parts not done yet

	asleep  atomic.Int64  // helpers that wait for a call
	call    chan struct{} // wakes one helper
	waiting atomic.Bool   // run waits for done
	done    chan struct{}
	closed  atomic.Bool
	ended   chan struct{}
}

// share is the number of a goroutine's parts that nobody has taken yet. Whoever
// lowers it from a positive number has taken a part, and the job cannot end
// before that part is done.
type share struct {
	left atomic.Int64
	_    [56]byte // pads share to a cache line
}

// newPool returns a pool of the given number of threads, with its helpers running.
func newPool(threads int) *pool {
	p := &pool{
		shares: make([]share, threads),
		call:   make(chan struct{}, threads),
		done:   make(chan struct{}, 1),
		ended:  make(chan struct{}, threads),
	}
	for i := 1; i < threads; i++ {
		go p.help(i)
	}
	return p
}

// threads is the number of goroutines that can work at once.
func (p *pool) threads() int { return len(p.shares) }

// run calls job for each part from 0 to before parts, on all threads, and returns
// when all calls are done. Each call gets the number of the thread that it runs on.
func (p *pool) run(parts int, job func(thread, part int)) {
	if p.threads() == 1 || parts == 1 {
		for part := range parts {
			job(0, part)
		}
		return
	}
	p.job, p.parts = job, parts
	p.pending.Store(int64(parts))
	for i := range p.shares {
		first, end := split(parts, p.threads(), i)
		p.shares[i].left.Store(int64(end - first))
	}
	p.jobs.Add(1)
	p.wake()
	p.work(0)
	p.wait()
}

// work does parts of a job until all are taken, those of the thread's share first.
func (p *pool) work(thread int) {
	for i := range p.shares {
		for p.take(thread, (thread+i)%len(p.shares)) {
		}
	}
}

// take does a part of share i on the given thread. It returns false if all are taken.
func (p *pool) take(thread, i int) bool {
	left := &p.shares[i].left
	if left.Load() <= 0 {
		return false
	}
	n := left.Add(-1)
	if n < 0 {
		return false
	}
	_, end := split(p.parts, p.threads(), i)
	p.job(thread, end-1-int(n))
	if p.pending.Add(-1) == 0 && p.waiting.CompareAndSwap(true, false) {
		p.done <- struct{}{}
	}
	return true
}

// wake calls the helpers that are asleep. An extra call does no harm.
func (p *pool) wake() {
	for range p.asleep.Load() {
		select {
		case p.call <- struct{}{}:
		default:
			return
		}
	}
}

// wait returns when no part is pending.
func (p *pool) wait() {
	if spin(func() bool { return p.pending.Load() == 0 }) {
		return
	}
	p.waiting.Store(true)
	if p.pending.Load() == 0 && p.waiting.CompareAndSwap(true, false) {
		return
	}
	<-p.done
}

// help is the loop of the helper with share i.
func (p *pool) help(i int) {
	for !p.closed.Load() {
		seen := p.jobs.Load()
		p.work(i)
		news := func() bool { return p.jobs.Load() != seen || p.closed.Load() }
		if spin(news) {
			continue
		}
		p.asleep.Add(1)
		if !news() {
			<-p.call
		}
		p.asleep.Add(-1)
	}
	p.ended <- struct{}{}
}

// close ends the helpers and waits for them.
func (p *pool) close() {
	p.closed.Store(true)
	p.wake()
	for range p.threads() - 1 {
		<-p.ended
	}
}

// spin polls ready until it returns true, or returns false when patience has run out.
func spin(ready func() bool) bool {
	const looks = 256 // between two looks at the clock
	for start := time.Now(); ; {
		for range looks {
			if ready() {
				return true
			}
		}
		if time.Since(start) > patience {
			return false
		}
	}
}
