package node

import (
	"context"
	"fmt"
	"maps"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// Look calls see with the campaign and the instant to judge it for: the zero
// time is now, as the campaign's clock has it; any other instant is what was
// known then, judged no later than the end of the campaign's term, but for what two
// persons sealed since, which is hidden of every day; one that lies ahead is refused. see
// must not keep the campaign, nor change it.
func (n *Node) Look(ctx context.Context, at time.Time, see func(c *projections.Campaign, at time.Time, sequence uint64) error) error {
	if err := n.Fault(); err != nil {
		return err
	}
	if at.IsZero() {
		var err error
		n.View.Read(func(c *projections.Campaign, sequence uint64) {
			err = see(c, c.Now(n.Clock()), sequence)
		})
		return err
	}
	// Today is known by the day, though its end is still ahead.
	if now := n.Clock(); at.After(ledger.DateOf(now).End()) {
		return ledger.Refuse("date.ahead", fmt.Sprintf("%s lies ahead", at.In(ledger.Shanghai).Format(time.RFC3339)), fmt.Sprintf("%s or earlier", ledger.DateOf(now)))
	}
	sealed := projections.Sealings{}
	var sequence uint64
	n.View.Read(func(now *projections.Campaign, last uint64) {
		sealed.Keep(now.Sealings)
		sequence = last
	})
	return n.past.Look(ctx, at, sequence, func(then *projections.Campaign) error {
		at, c := at, *then
		if c.Sealings = maps.Clone(then.Sealings); len(sealed) > 0 {
			c.Sealings.Keep(sealed)
		}
		if end := c.Charter.To.End(); c.Charter.To != "" && at.After(end) {
			at = end
		}
		return see(&c, at, sequence)
	})
}
