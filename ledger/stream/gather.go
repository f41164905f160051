package stream

import "context"

// gatherer takes the calls that wait.
type gatherer struct {
	queue chan *call
	most  int
	held  *call // a group that met others on its way: it goes alone, next
}

// next waits for a call and takes what waits with it; nothing once ctx ends. It
// does not wait for more: while one group is committed the next one gathers by
// itself, and waiting was measured to gain nothing.
func (g *gatherer) next(ctx context.Context) []*call {
	if c := g.held; c != nil {
		g.held = nil
		return []*call{c}
	}
	var calls []*call
	for len(calls) == 0 {
		select {
		case c := <-g.queue:
			calls = take(calls, c)
		case <-ctx.Done():
			return nil
		}
	}
	if len(calls[0].group) > 0 {
		return calls
	}
	for len(calls) < g.most {
		select {
		case c := <-g.queue:
			n := len(calls)
			if calls = take(calls, c); len(calls) > n && len(c.group) > 0 {
				g.held = c
				return calls[:n]
			}
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
