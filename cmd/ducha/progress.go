package main

import (
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// bar shows how far long work has come, where somebody is looking.
type bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
	ended   sync.Once
	drawn   chan struct{}
}

func (a *app) progress(what string) *bar {
	b := &bar{writer: progress.NewWriter(), tracker: &progress.Tracker{Message: what}, drawn: make(chan struct{})}
	b.writer.SetOutputWriter(a.Err)
	b.writer.SetAutoStop(false)
	b.writer.SetTrackerLength(40)
	b.writer.SetUpdateFrequency(100 * time.Millisecond)
	b.writer.Style().Visibility.ETA = true
	b.writer.AppendTracker(b.tracker)
	if !isTerminal(a.Err) || a.json {
		close(b.drawn)
		return b
	}
	go func() { b.writer.Render(); close(b.drawn) }()
	return b
}

// at says that done of total is done.
func (b *bar) at(done, total uint64) {
	b.tracker.UpdateTotal(int64(total))
	b.tracker.SetValue(int64(done))
}

// done ends the bar; a second call does nothing.
func (b *bar) done() {
	b.ended.Do(func() {
		b.tracker.MarkAsDone()
		select {
		case <-b.drawn:
			return
		default:
		}
		time.Sleep(150 * time.Millisecond) // one more drawing, so that the bar ends full
		b.writer.Stop()
		<-b.drawn
	})
}
