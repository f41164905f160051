package node

import (
	"context"
	"crypto/sha256"
	"fmt"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
)

// elders are who may know better than this folder how far the ledger had come: a
// folder that was put back from last week's backup is consistent in itself.
type elders struct {
	receipts map[uint64][]ledger.SignedReceipt // by sequence
	copies   map[string]*archive.Guard         // by folder
}

// newElders reads what the options name. A receipt of another ledger, or one that
// its key did not sign, is an error: it would prove nothing.
func newElders(ctx context.Context, n *Node, key seal.PublicKey) (e elders, err error) {
	e = elders{receipts: map[uint64][]ledger.SignedReceipt{}, copies: map[string]*archive.Guard{}}
	for _, r := range n.options.Receipts {
		if err := r.Verify(key); err != nil {
			return e, &ledger.Error{Class: ledger.BadSeal, Rule: "receipt.seal", Found: fmt.Sprintf("a receipt for record %d of %s", r.Sequence, r.Campaign), Want: "receipts that this ledger's key signed: others say nothing about it", Err: err}
		}
		e.receipts[r.Sequence] = append(e.receipts[r.Sequence], r)
	}
	log, err := proof.LogVerifier(proof.Origin(n.campaign, key), key)
	if err != nil {
		return e, err
	}
	for _, dir := range n.options.Copies {
		c, _, err := archive.NewReader(archive.Dir(dir), log).Checkpoint(ctx)
		if err != nil {
			return e, fmt.Errorf("copy %s: %w", dir, err)
		}
		e.copies[dir] = archive.NewGuard(archive.Dir(dir), c)
	}
	return e, nil
}

// hold holds the next record of the stream against what they know.
func (e elders) hold(r ledger.Record) error {
	for _, receipt := range e.receipts[r.Sequence] {
		if receipt.Digest != sha256.Sum256(r.Envelope) || receipt.Head != r.Head {
			return &ledger.Error{Class: ledger.Damaged, Rule: "rollback.receipt", Found: fmt.Sprintf("record %d is not the one that a receipt was given for, %s", r.Sequence, receipt.ID),
				Want: "the record that the ledger signed for: this is another history. Run `ducha recover` from a copy of the archive that holds it"}
		}
	}
	for dir, guard := range e.copies {
		if err := guard.Add(r); err != nil {
			return fmt.Errorf("held against the copy %s: %w", dir, err)
		}
	}
	return nil
}

// reached says whether a stream that ends at a sequence is as new as they know.
func (e elders) reached(last uint64) error {
	for sequence, receipts := range e.receipts {
		if sequence > last {
			return older(last, fmt.Sprintf("a receipt for record %d, %s of %s, was given", sequence, receipts[0].ID, receipts[0].Recorded), "rollback.receipt")
		}
	}
	for dir, guard := range e.copies {
		if guard.Sealed() > last {
			return older(last, fmt.Sprintf("%d are sealed in the copy %s", guard.Sealed(), dir), "rollback.copy")
		}
		if err := guard.Done(); err != nil {
			return fmt.Errorf("held against the copy %s: %w", dir, err)
		}
	}
	return nil
}

// older says that this folder is an old one.
func older(last uint64, knows, rule string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: rule, Found: fmt.Sprintf("the ledger ends at record %d, and %s: this folder was put back from an older state", last, knows),
		Want: "the folder as it was, or `ducha recover` from a copy of the archive that goes as far"}
}
