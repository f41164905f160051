package node

import (
	"context"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// Find is the sequence of a statement by its id.
func (n *Node) Find(id ledger.Ref) (sequence uint64, ok bool) {
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		var e projections.Entry
		e, ok = c.Index.Statements[id]
		sequence = e.Sequence
	})
	return sequence, ok
}

// Look calls see with the campaign and the instant to judge it for: the zero
// time is now, as the campaign's clock has it; any other instant is what was
// known then. see must not keep the campaign.
func (n *Node) Look(ctx context.Context, at time.Time, see func(c *projections.Campaign, at time.Time, sequence uint64) error) error {
	if at.IsZero() {
		var err error
		n.View.Read(func(c *projections.Campaign, sequence uint64) {
			err = see(c, c.Now(n.Clock()), sequence)
		})
		return err
	}
	c, err := n.AsOf(ctx, at)
	if err != nil {
		return err
	}
	return see(c, at, n.View.Sequence())
}
