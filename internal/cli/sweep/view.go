package sweep

import (
	"fmt"
	"sync"
	"time"

	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// view shows the progress of a sweep, whose trials may run at the same time. A trial
// counts by the number of operations that it takes.
type view struct {
	io      *ui.IO
	mutex   sync.Mutex
	bar     *ui.Bar
	total   int // trials of the shard
	done    int
	costs   map[int]float64 // of the trials that were unfinished at the start
	part    map[int]float64 // how much of each of them is done, from 0 to 1
	started time.Time
	once    sync.Once // for unsaved
}

func newView(o *ui.IO, total int, costs map[int]float64) *view {
	v := &view{io: o, bar: o.NewBar(1000), total: total, done: total - len(costs), costs: costs, part: map[int]float64{}, started: time.Now()}
	before := ""
	if v.done > 0 {
		before = fmt.Sprintf(", %s of them finished before", ui.Thousands(v.done))
	}
	o.Notef("%s %s%s", ui.Thousands(total), ui.Plural("trial", float64(total)), before)
	return v
}

// fraction returns how much of the work is done. The caller holds the mutex.
func (v *view) fraction() float64 {
	var all, done float64
	for i, cost := range v.costs {
		all += cost
		done += cost * v.part[i]
	}
	return done / all
}

// begin takes the part of a trial that was done before out of the work to do.
func (v *view) begin(trial int, before float64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.costs[trial] *= 1 - before
}

// update sets how much of a trial is done, and redraws the bar.
func (v *view) update(trial int, part float64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.part[trial] = part
	parts := []string{fmt.Sprintf("trial %d/%d", min(v.done+1, v.total), v.total)}
	v.bar.Set(int64(1000*v.fraction()), append(parts, v.eta()...)...)
}

// eta returns the time left, or nothing if it cannot be told yet. The first second would
// say more about how long it takes to start.
func (v *view) eta() []string {
	done, spent := v.fraction(), time.Since(v.started)
	if done <= 0 || done >= 1 || spent < time.Second {
		return nil
	}
	return []string{"ETA " + ui.Clock(time.Duration(float64(spent)*(1-done)/done))}
}

// finished prints the result of a trial.
func (v *view) finished(r *sweep.Record) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.part[r.Index] = 1
	v.done++
	v.bar.Clear()
	parts := []string{
		fmt.Sprintf("%*d/%d", len(fmt.Sprint(v.total)), v.done, v.total),
		settingsText(r.Settings), outcomeText(&r.Outcome), ui.Seconds(r.Seconds),
	}
	v.io.Notef("%s", ui.JoinParts(append(parts, v.eta()...)))
}

// unsaved warns that states of trials are not saved, for the first such trial only.
func (v *view) unsaved(err error) {
	v.once.Do(func() { v.warnf("states of trials are not saved: %v", err) })
}

// notef prints a line without disturbing the bar.
func (v *view) notef(format string, args ...any) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.bar.Clear()
	v.io.Notef(format, args...)
}

// warnf prints a warning without disturbing the bar.
func (v *view) warnf(format string, args ...any) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.bar.Clear()
	v.io.Warnf(format, args...)
}

// clear leaves the output at the start of a line.
func (v *view) clear() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.bar.Clear()
}

// trialView reports the progress of one trial to the view of all.
type trialView struct {
	all   *view
	trial int
	steps int // of the trial
	begun int // steps of these that were done before
}

// Begin notes how much there is to do. It prints nothing: a trial gets a single line,
// when it has ended.
func (t *trialView) Begin(p train.Plan) {
	t.steps, t.begun = p.Steps, p.Begun
	t.all.begin(t.trial, float64(p.Begun)/float64(p.Steps))
}

// Progress reports how far the trial has come.
func (t *trialView) Progress(p train.Progress) {
	t.all.update(t.trial, float64(p.Step-t.begun)/float64(p.Steps-t.begun))
}

// Evaluated does nothing: only the last record is shown.
func (t *trialView) Evaluated(train.Record) {}
