package commands

import (
	"fmt"

	"ducha/ledger"
)

// reportIssued holds a review's statement to what makes it possible to build the
// review again: the period lies within the term, the record that it rests on is
// there, and the day up to which things were known has come. Whether the digest is
// the right one is for whoever builds it again.
func (a *admission) reportIssued(b *ledger.ReportIssued) error {
	if c := a.Charter; b.From < c.From || b.To > c.To {
		return ledger.Refuse("report.within", fmt.Sprintf("a review of %s to %s", b.From, b.To), fmt.Sprintf("a period within the campaign's term, %s to %s", c.From, c.To))
	}
	if last := uint64(len(a.Index.Statements)); b.Sequence == 0 || b.Sequence > last {
		return ledger.Refuse("report.sequence", fmt.Sprintf("sequence %d, the ledger stands at %d", b.Sequence, last), "the last record that the review rests on")
	}
	if b.AsOf != "" && (b.AsOf < b.From || b.AsOf > a.today()) {
		return ledger.Refuse("report.as-of", fmt.Sprintf("as of %s", b.AsOf), fmt.Sprintf("a day from %s to %s", b.From, a.today()))
	}
	for _, u := range b.Units {
		if _, ok := a.Units.Unit(u); !ok {
			return unknownUnit(u)
		}
	}
	return nil
}
