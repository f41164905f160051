package console

import (
	"context"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// row is a record as a list shows it.
type row struct {
	Sequence uint64
	ID       ledger.Ref
	Kind     ledger.Kind
	Name     string
	Task     ledger.TaskID
	By       string
	Claimed  string
	Recorded string
	Valid    bool   // its signature is the one of the key that it names, verified anew
	Sealed   bool   // under the published checkpoint
	Hidden   bool   // two persons sealed what it says
	Line     string // what it says, on one line
	Trail    uint64
}

// rows reads records for a list. Nothing is shown of what two persons sealed.
func (s *site) rows(ctx context.Context, q *request, sequences []uint64) ([]row, error) {
	events := make([]ledger.Event, 0, len(sequences))
	for _, sequence := range sequences {
		r, err := s.node.Stream.Get(ctx, sequence)
		if err != nil {
			return nil, err
		}
		e, err := r.Read()
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	published := s.node.Sealing().Published
	list := make([]row, 0, len(events))
	err := s.read(q, func(c *projections.Campaign) {
		for _, e := range events {
			x := row{Sequence: e.Sequence, ID: e.ID, Kind: e.Kind, Name: kindWords(q, e.Kind), Task: e.Statement.Task, By: projections.Visible(signedBy(q, c, e)),
				Claimed: minute(e.Time), Recorded: minute(e.Recorded), Valid: signed(c, e) == nil, Sealed: e.Sequence <= published,
				Hidden: c.Sealings.Statement(e.ID), Trail: e.TrailVersion}
			if !x.Hidden {
				x.Line = line(reading{q, c}.saying(e.Body))
			}
			list = append(list, x)
		}
	})
	return list, err
}

// signed verifies a record's signature with the key that its keyring has for it.
func signed(c *projections.Campaign, e ledger.Event) error {
	env, err := seal.ParseEnvelope(e.Record.Envelope)
	if err != nil {
		return err
	}
	key, err := c.Keyring.Keys[e.Signer].PublicKey()
	if err != nil {
		return err
	}
	return env.Verify(key)
}

// signedBy names who signed, as the party was called then.
func signedBy(q *request, c *projections.Campaign, e ledger.Event) string {
	if e.Source == "ledger" {
		return q.T("台账", "the ledger")
	}
	if p, ok := c.Units.Parties[e.Source]; !ok || q.Lang == projections.English && p.NameEN != "" {
		return partyWords(q, c, e.Source)
	}
	return c.SignerOfEvent(e).Name
}
