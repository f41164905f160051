package node

import (
	"context"
	"fmt"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"
)

// Paper writes the printed paper of a statement, as it stands now.
func (n *Node) Paper(ctx context.Context, sequence uint64, in report.DocumentInput) ([]byte, error) {
	r, err := n.Stream.Get(ctx, sequence)
	if err != nil {
		return nil, err
	}
	if in.Event, err = r.Read(); err != nil {
		return nil, err
	}
	var page []byte
	err = n.Look(ctx, time.Time{}, func(c *projections.Campaign, at time.Time, last uint64) error {
		in.Campaign, in.At, in.Sequence = c, at, last
		page, err = report.Document(in)
		return err
	})
	return page, err
}

// Coded is the record that a paper's code names: a code that fits no record is not
// found, whatever is wrong with it.
func (n *Node) Coded(ctx context.Context, typed string) (ledger.Record, ledger.Code, error) {
	code, sequence, err := ledger.ParseCode(typed)
	if err != nil {
		return ledger.Record{}, "", err
	}
	unknown := &ledger.Error{Class: ledger.NotFound, Rule: "paper.code", Found: fmt.Sprintf("no paper with the code %s", code), Want: "the code as it stands on the paper; if it does, the paper is not of this ledger"}
	if sequence > n.View.Sequence() {
		return ledger.Record{}, code, unknown
	}
	r, err := n.Stream.Get(ctx, sequence)
	if err != nil {
		return r, code, err
	}
	e, err := r.Read()
	if err != nil {
		return r, code, err
	}
	if ledger.ReceiptOf(e).Code() != code {
		return ledger.Record{}, code, unknown
	}
	return r, code, nil
}
