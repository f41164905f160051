package stream

import "context"

// gatherer takes the calls that wait.
type gatherer struct {
	queue chan *call
	most  int
}

// next waits for a call and takes what waits with it; nothing once ctx ends. It
// does not wait for more: while one group is committed the next one gathers by
// itself, and waiting was measured to gain nothing.
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
