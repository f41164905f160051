package archive

import (
	"context"
	"fmt"
	"iter"
	"time"

	"ducha/ledger"
)

const (
	// rest is the least time between two seals; linger is how much longer one waits
	// for more to come when nobody waits for it.
	rest   = 50 * time.Millisecond
	linger = 200 * time.Millisecond
	// A seal that lacks cosignatures is tried again after these.
	firstPause = 250 * time.Millisecond
	lastPause  = 10 * time.Second
)

// Run adds records as they come and seals them, at most a second behind, until ctx
// ends or the records do; then it seals what is left. The records must begin at
// Size()+1 and end when ctx does. While witnesses do not cosign, records are added
// all the same and published once they do.
func (l *Log) Run(ctx context.Context, records iter.Seq2[ledger.Record, error]) error {
	caller := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	added := make(chan error, 1)
	go func() { added <- l.addAll(records) }()
	sealed := make(chan error, 1)
	ended := make(chan struct{})
	go func() { sealed <- l.keepSealing(ctx, ended) }()
	select {
	case err := <-sealed:
		if caller.Err() != nil {
			<-added // records end when ctx does
		}
		return err // else the adder ends at its next record
	case err := <-added:
		if err != nil {
			stop()
			<-sealed
			return err
		}
	}
	close(ended)
	return <-sealed
}

func (l *Log) addAll(records iter.Seq2[ledger.Record, error]) error {
	for r, err := range records {
		if err == nil {
			err = l.Add(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepSealing seals until ctx ends, or all is sealed after ended.
func (l *Log) keepSealing(ctx context.Context, ended <-chan struct{}) error {
	pause := firstPause
	for last := false; !last; {
		select {
		case <-l.news:
			select { // more may come
			case <-time.After(linger):
			case <-l.urgent:
			case <-ended:
			case <-ctx.Done():
			}
		case <-ended:
			last = true
		case <-ctx.Done():
			return ctx.Err()
		}
		err := l.Seal(ctx)
		for err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !again(err) {
				return err
			}
			l.logger.Warn("sealed, and not published yet", "err", err, "again", pause)
			if err := sleep(ctx, pause); err != nil {
				return err
			}
			pause = min(2*pause, lastPause)
			err = l.Seal(ctx)
		}
		pause = firstPause
		if !last {
			if err := sleep(ctx, rest); err != nil {
				return err
			}
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait waits until a record is published. The error is of class Unavailable: the
// record may be sealed a moment later.
func (l *Log) Wait(ctx context.Context, sequence uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[sequence]++
	defer func() {
		if l.waiting[sequence]--; l.waiting[sequence] == 0 {
			delete(l.waiting, sequence)
		}
	}()
	for l.published.Size < sequence {
		if l.err != nil {
			return l.unsealed(sequence, l.err)
		}
		if sequence <= l.fold.size {
			signal(l.urgent)
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		l.mu.Lock()
		if ctx.Err() != nil && l.published.Size < sequence {
			err := ctx.Err()
			if l.cosign != nil {
				err = fmt.Errorf("%w: %w", err, l.cosign)
			}
			return l.unsealed(sequence, err)
		}
	}
	return nil
}

// unsealed says that a record is not published yet. The lock is held.
func (l *Log) unsealed(sequence uint64, err error) error {
	return &ledger.Error{Class: ledger.Unavailable, Rule: "archive.wait", Found: fmt.Sprintf("record %d is not sealed yet, %d are", sequence, l.published.Size),
		Want: "wait longer, or ask for the proof later: what is recorded is sealed in time", Err: err}
}
