package commands

import (
	"errors"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// Check decides, as [Door.Submit] will, whether a statement would be recorded if it were
// signed with a key now. Nothing is recorded, and what is recorded meanwhile may change
// the answer. It gives the statement as the door reads it.
func (d *Door) Check(payload []byte, signer seal.KeyID, now time.Time) (s ledger.Statement, err error) {
	if s, err = ledger.Parse(payload); err != nil {
		return s, err
	}
	d.Campaign.Read(func(c *projections.Campaign, _ uint64) {
		err = Admit(c, Submission{Statement: s, Signer: signer, Recorded: now})
	})
	if _, ok := errors.AsType[*RecordedError](err); ok {
		err = nil // the first receipt answers it
	}
	return s, err
}
