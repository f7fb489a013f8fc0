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
// The state is the number of parts that nobody has taken yet. Whoever lowers it
// from a positive number has taken a part, and the job cannot end before that
// part is done.
type pool struct {
	job     func(part int)
	parts   int
	state   atomic.Int64
	pending atomic.Int64 // parts that are not done

	helpers int
	asleep  atomic.Int64  // helpers that wait for a call
	call    chan struct{} // wakes one helper
	waiting atomic.Bool   // run waits for done
	done    chan struct{}
	closed  atomic.Bool
	ended   chan struct{}
}

// newPool starts the helpers of a pool of so many threads.
func newPool(threads int) *pool {
	p := &pool{
		helpers: threads - 1,
		call:    make(chan struct{}, threads),
		done:    make(chan struct{}, 1),
		ended:   make(chan struct{}, threads),
	}
	for range p.helpers {
		go p.help()
	}
	return p
}

// threads is the number of goroutines that can work at once.
func (p *pool) threads() int { return p.helpers + 1 }

// run calls job for each part from 0 to before parts, on all threads, and
// returns when it has been done.
func (p *pool) run(parts int, job func(part int)) {
	if p.helpers == 0 || parts == 1 {
		for part := range parts {
			job(part)
		}
		return
	}
	p.job, p.parts = job, parts
	p.pending.Store(int64(parts))
	p.state.Store(int64(parts))
	p.wake()
	for p.take() {
	}
	p.wait()
}

// take does a part of the job, unless all are taken.
func (p *pool) take() bool {
	left := p.state.Add(-1)
	if left < 0 {
		return false
	}
	p.job(p.parts - 1 - int(left))
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

// help is the life of a helper.
func (p *pool) help() {
	idle := func() bool { return p.state.Load() > 0 || p.closed.Load() }
	for !p.closed.Load() {
		for p.state.Load() > 0 && p.take() {
		}
		if spin(idle) {
			continue
		}
		p.asleep.Add(1)
		if !idle() {
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
	for range p.helpers {
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
