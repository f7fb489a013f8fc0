package cpu

import (
	"sync/atomic"
	"time"
)

// patience is how long a goroutine without work looks out for more before it
// sleeps. The steps of a batch follow each other within microseconds, and to
// wake a sleeper costs tens of them. Not to sleep at all would starve others
// when there are more threads than free processors.
const patience = 50 * time.Microsecond

// pool is a group of goroutines that share the parts of a job: the one that
// calls run, and its helpers.
//
// Each has a share of its own, always the same one for the same number of
// parts, since what it wrote in one job lies in its cache for the next. Who is
// done with that takes from the shares of others.
type pool struct {
	job     func(thread, part int)
	parts   int
	shares  []share
	jobs    atomic.Int64 // that were begun
	pending atomic.Int64 // parts that are not done

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
	_    [56]byte // to the end of a cache line
}

// newPool starts the helpers of a pool of so many threads.
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

// run calls job for each part from 0 to before parts, on all threads, and
// returns when it has been done. A job is told which thread it is on.
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

// take does a part of share i on a thread, unless all are taken.
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

// wake calls the helpers that are asleep. A call too many does no harm.
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

// help is the life of the helper with share i.
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

// spin looks at ready again and again, and returns false when its patience is
// over.
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
