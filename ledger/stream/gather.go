package stream

import (
	"context"
	"runtime"
	"time"
)

// gatherer takes the calls that wait. Callers who were just answered tend to
// come back at once: when the last group was large, it looks again a few times
// before it goes on with a small one, so that a group is worth its sync.
type gatherer struct {
	queue chan *call
	most  int
	last  int // size of the last group
}

// patience bounds how long a group is waited for; far below what a commit takes.
const patience = 300 * time.Microsecond

// next waits for a call and takes what waits with it; nothing once ctx ends.
func (g *gatherer) next(ctx context.Context) []*call {
	var calls []*call
	for len(calls) == 0 {
		select {
		case c := <-g.queue:
			calls = take(calls, c)
		case <-ctx.Done():
			return nil
		}
	}
	calls = g.drain(calls)
	if g.last > 1 && len(calls) < g.last {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		for waited := false; !waited && len(calls) < g.last; {
			runtime.Gosched()
			select {
			case c := <-g.queue:
				calls = g.drain(take(calls, c))
			case <-timer.C:
				waited = true
			}
		}
	}
	g.last = len(calls)
	return calls
}

func (g *gatherer) drain(calls []*call) []*call {
	for len(calls) < g.most {
		select {
		case c := <-g.queue:
			calls = take(calls, c)
		default:
			return calls
		}
	}
	return calls
}

// take adds a call unless its caller has gone.
func take(calls []*call, c *call) []*call {
	if c.state.CompareAndSwap(waiting, taken) {
		return append(calls, c)
	}
	return calls
}
