package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/projections/trail"

	"github.com/google/uuid"
)

// Export gathers a unit's trail and puts the export on record: the ledger's key
// signs how many records there are, with which head, and what goes out. It waits
// until that is sealed, so that the bundle can prove that all of it is in the log. asked
// is who asked for it, where somebody had logged in.
func (n *Node) Export(ctx context.Context, unit ledger.UnitID, asked ledger.PartyID) (*trail.Bundle, error) {
	var known bool
	var at time.Time
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		_, known = c.Units.Unit(unit)
		at = c.Now(n.Clock())
	})
	if !known {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "unit.known", Found: fmt.Sprintf("unit %s", unit), Want: "a unit that is registered"}
	}
	own, others, last, err := trail.Select(n.Stream.Read(ctx, 0), unit)
	if err != nil {
		return nil, err
	}
	in := trail.Input{Campaign: n.campaign, Unit: unit, At: at, Sequence: last, Records: own, Context: others}
	if in.Papers, err = papers(in); err != nil {
		return nil, err
	}
	bundle, attested, err := trail.Draft(in)
	if err != nil {
		return nil, err
	}
	attested.For = asked
	receipt, _, err := n.Say(ctx, n.Door.Key, ledger.Statement{
		Kind: ledger.KindOf(attested), Source: "ledger", Unit: unit, Basis: last, Body: &attested,
	})
	if err != nil {
		return nil, err
	}
	record, err := n.Stream.Get(ctx, receipt.Sequence)
	if err != nil {
		return nil, err
	}
	since, err := trail.Since(n.Stream.Read(ctx, last), unit, receipt.Sequence)
	if err != nil {
		return nil, err
	}
	if err := n.Seal(ctx, receipt.Sequence); err != nil {
		return nil, err
	}
	log := n.Archive()
	checkpoint, signed, err := log.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return bundle, bundle.Attest(record, since, signed, log.At(ctx, checkpoint))
}

// papers are for people, made of nothing but what the bundle holds.
func papers(in trail.Input) (map[string][]byte, error) {
	campaign, own, err := in.Read()
	if err != nil {
		return nil, err
	}
	about := report.Input{Campaign: campaign, Unit: in.Unit, At: in.At, Events: own, Sequence: in.Sequence, Head: own[len(own)-1].Head, Lang: projections.Chinese}
	page, err1 := report.HTML(about)
	sheet, err2 := report.Workbook(about)
	return map[string][]byte{trail.ReportName: page, trail.SheetName: sheet}, errors.Join(err1, err2)
}

// Say signs a statement with a key that this process holds and submits it. The
// campaign, the id and the time are filled in.
func (n *Node) Say(ctx context.Context, key seal.PrivateKey, s ledger.Statement) (ledger.SignedReceipt, bool, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return ledger.SignedReceipt{}, false, fmt.Errorf("id: %w", err)
	}
	s.ID, s.Campaign, s.Time = id, n.campaign, n.Clock().In(ledger.Shanghai).Truncate(time.Second)
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, s.Encode())
	if err != nil {
		return ledger.SignedReceipt{}, false, fmt.Errorf("sign: %w", err)
	}
	return n.Submit(ctx, env.Encode())
}
