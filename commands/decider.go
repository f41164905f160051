package commands

import (
	"time"

	"ducha/ledger"
	"ducha/ledger/stream"
	"ducha/projections"
)

// Decider is the state that the writer admits on: a campaign with everything
// before the next statement applied, those of the same batch too. It is the
// writer's own and is used from its goroutine only.
type Decider struct {
	fold *projections.Fold[projections.Campaign]
}

// NewDecider starts from a fold that nobody else holds.
func NewDecider(f *projections.Fold[projections.Campaign]) *Decider { return &Decider{f} }

var _ stream.Rules = (*Decider)(nil)

// Admit implements [stream.Rules].
func (d *Decider) Admit(draft stream.Draft, recorded time.Time) error {
	return Admit(d.fold.State, Submission{Statement: draft.Statement, Signer: draft.Signer, Recorded: recorded})
}

// Apply implements [stream.Rules].
func (d *Decider) Apply(e ledger.Event) { d.fold.Apply(e) }
