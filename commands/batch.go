package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"ducha/ledger"
	"ducha/ledger/stream"
	"ducha/projections"
)

// BatchError says which of many statements was refused.
type BatchError struct {
	Index int // from 0
	Err   error
}

func (e *BatchError) Error() string { return fmt.Sprintf("statement %d: %v", e.Index+1, e.Err) }
func (e *BatchError) Unwrap() error { return e.Err }

// SubmitAll takes many envelopes, all of them or none, in their order. With dry it
// decides and records nothing. The same envelopes again are answered with their first
// receipts; where only some of them are on record already they are refused, for they
// never were one. The keys that signed them must be enrolled before. An error about
// one of them is a *BatchError.
func (d *Door) SubmitAll(ctx context.Context, envelopes [][]byte, now time.Time, dry bool) (receipts []ledger.SignedReceipt, replayed bool, err error) {
	var drafts []stream.Draft
	known := 0
	for i, envelope := range envelopes {
		envelope = bytes.Clone(envelope)
		env, s, err := read(envelope)
		if err != nil {
			return nil, false, &BatchError{i, err}
		}
		if sequence, ok := d.Recorded(s.ID); ok {
			receipt, _, err := d.replay(ctx, sequence, env)
			if err != nil {
				return nil, false, &BatchError{i, err}
			}
			receipts, known = append(receipts, receipt), known+1
			continue
		}
		key, err := d.key(ctx, env.Signature.KeyID, s)
		if err == nil {
			if err = env.Verify(key); err != nil {
				err = sealError(err)
			}
		}
		if err != nil {
			return nil, false, &BatchError{i, err}
		}
		drafts = append(drafts, stream.Draft{Statement: s, Envelope: envelope, Signer: env.Signature.KeyID})
	}
	switch {
	case known == len(envelopes):
		return receipts, true, nil
	case known > 0:
		return nil, false, ledger.Refuse("batch.part", fmt.Sprintf("%d of %d statements are on record already", known, len(envelopes)), "all of them, or none: they were never submitted as one")
	}
	if err := d.rehearse(drafts, now); err != nil || dry {
		return nil, false, err
	}
	records, err := d.Writer.AppendAll(ctx, drafts)
	if err != nil {
		return nil, false, surface(err)
	}
	for i, r := range records {
		receipt, err := d.sign(ledger.Event{Record: r, Statement: drafts[i].Statement, Signer: drafts[i].Signer})
		if err != nil {
			return nil, false, err
		}
		receipts = append(receipts, receipt)
	}
	return receipts, false, nil
}

// rehearse decides on all of them on a copy of the campaign.
func (d *Door) rehearse(drafts []stream.Draft, now time.Time) error {
	var copied *projections.Campaign
	var last uint64
	var err error
	d.Campaign.Read(func(c *projections.Campaign, sequence uint64) { copied, err = projections.Copy(c); last = sequence })
	if err != nil {
		return err
	}
	fold := projections.NewFold(projections.CampaignProjection())
	fold.State, fold.Clock = copied, copied.Charter.Clock
	now = now.UTC().Truncate(time.Millisecond)
	for i, draft := range drafts {
		if err := Admit(copied, Submission{Statement: draft.Statement, Signer: draft.Signer, Recorded: now}); err != nil {
			if twice, ok := errors.AsType[*RecordedError](err); ok {
				err = ledger.Refuse("statement.id", fmt.Sprintf("an id that is statement %d of these too", twice.Sequence-last), "an id of its own for each")
			}
			return &BatchError{i, err}
		}
		fold.Apply(ledger.Event{Record: ledger.Record{Sequence: last + uint64(i) + 1, Recorded: now}, Statement: draft.Statement, Signer: draft.Signer})
	}
	return nil
}
