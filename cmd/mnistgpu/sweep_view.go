package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
)

// sweepView shows the progress of a sweep, whose trials may run at the same time. A
// trial counts by the number of operations that it takes.
type sweepView struct {
	mutex   sync.Mutex
	quiet   bool
	bar     *progressbar.ProgressBar // on a terminal
	total   int                      // trials of the shard
	done    int
	costs   map[int]float64 // of the trials that were unfinished at the start
	part    map[int]float64 // how much of each of them is done, from 0 to 1
	started time.Time
	once    sync.Once // for unsaved
}

func newSweepView(quiet bool, total int, costs map[int]float64) *sweepView {
	v := &sweepView{quiet: quiet, total: total, done: total - len(costs), costs: costs, part: map[int]float64{}, started: time.Now()}
	if quiet {
		return v
	}
	fmt.Fprintf(os.Stderr, "%s %s", thousands(total), plural("trial", float64(total)))
	if v.done > 0 {
		fmt.Fprintf(os.Stderr, ", %s of them finished before", thousands(v.done))
	}
	fmt.Fprintln(os.Stderr)
	if len(costs) > 0 && term.IsTerminal(int(os.Stderr.Fd())) {
		v.bar = newBar(1000)
	}
	return v
}

// fraction returns how much of the work is done. The caller holds the mutex.
func (v *sweepView) fraction() float64 {
	var all, done float64
	for i, cost := range v.costs {
		all += cost
		done += cost * v.part[i]
	}
	return done / all
}

// update sets how much of a trial is done, and redraws the bar.
func (v *sweepView) update(trial int, part float64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.part[trial] = part
	if v.bar != nil {
		v.bar.Describe(fmt.Sprintf("trial %d/%d%s", min(v.done+1, v.total), v.total, v.eta()))
		v.bar.Set(int(1000 * v.fraction()))
	}
}

// eta returns the time left, or "" if it cannot be told yet. The first second would say
// more about how long it takes to start.
func (v *sweepView) eta() string {
	done, spent := v.fraction(), time.Since(v.started)
	if done <= 0 || done >= 1 || spent < time.Second {
		return ""
	}
	return "  ETA " + clock(time.Duration(float64(spent)*(1-done)/done))
}

// finished prints the result of a trial.
func (v *sweepView) finished(r *sweep.Record) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.part[r.Index] = 1
	v.done++
	if v.quiet {
		return
	}
	if v.bar != nil {
		v.bar.Clear()
	}
	fmt.Fprintf(os.Stderr, "%*d/%d  %s  %s  %s%s\n", len(fmt.Sprint(v.total)), v.done, v.total,
		settingsText(r.Settings), outcomeText(&r.Outcome), seconds(r.Seconds), v.eta())
}

// unsaved warns that states of trials are not saved, for the first such trial only.
func (v *sweepView) unsaved(err error) {
	v.once.Do(func() {
		v.finish()
		warn("states of trials are not saved: %v", err)
	})
}

// begin takes the part of a trial that was done before out of the work to do.
func (v *sweepView) begin(trial int, before float64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.costs[trial] *= 1 - before
}

// goesOn says that a trial resumes where it was stopped.
func (v *sweepView) goesOn(trial, step int) {
	if !v.quiet {
		v.finish()
		fmt.Fprintf(os.Stderr, "trial %d resumes after step %s\n", trial, thousands(step))
	}
}

// finish leaves the output at the start of a line.
func (v *sweepView) finish() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.bar != nil {
		v.bar.Clear()
	}
}

// settingsText formats settings: "hidden 400  lr 0.5".
func settingsText(settings []sweep.Setting) string {
	var words []string
	for _, s := range settings {
		words = append(words, s.Name+" "+s.Value)
	}
	return strings.Join(words, "  ")
}

// outcomeText describes the result of a trial in a few words.
func outcomeText(o *sweep.Outcome) string {
	if o.Status == sweep.Diverged {
		return o.Error
	}
	validation := ""
	if o.ValAccuracy != nil {
		validation = fmt.Sprintf("validation %.2f %%  ", 100**o.ValAccuracy)
	}
	return fmt.Sprintf("train %.2f %%  %stest %.2f %%", 100**o.TrainAccuracy, validation, 100**o.TestAccuracy)
}

// trialView reports the progress of one trial to a sweepView.
type trialView struct {
	all   *sweepView
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

// finish is the sweepView's.
func (t *trialView) finish() { t.all.finish() }
