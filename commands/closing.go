package commands

import (
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// taskClosed: on a claim of completion, never of its own accord.
func (a *admission) taskClosed(b *ledger.TaskClosed) error {
	if err := a.refers(b.Completion, "completion.claimed.v1"); err != nil {
		return err
	}
	if err := a.life(projections.Claimed); err != nil {
		return err
	}
	if b.Verification == nil {
		if b.Unverified == "" {
			return ledger.Refuse("closing.verified", "a task closed that nobody verified on the spot", "the field verification with the id of a progress.verified.v1, or unverified with the reason why not")
		}
		return nil
	}
	if err := a.refers(*b.Verification, "progress.verified.v1"); err != nil {
		return err
	}
	claim, verified := a.Index.Statements[b.Completion], a.Index.Statements[*b.Verification]
	if verified.Sequence < claim.Sequence {
		return ledger.Refuse("closing.verified", fmt.Sprintf("what was verified as record %d, before completion was claimed as record %d", verified.Sequence, claim.Sequence), "what was verified after the claim")
	}
	if found := a.task().Said(*b.Verification); found != nil && found.Percent < 100 && b.Unverified == "" {
		return ledger.Refuse("closing.verified", fmt.Sprintf("record %d, which found %g%% done", verified.Sequence, found.Percent), "what was verified at 100%, or the field unverified with the reason why it is closed all the same")
	}
	return nil
}

func (a *admission) taskRechecked(b *ledger.TaskRechecked) error {
	if err := a.life(projections.Closed); err != nil {
		return err
	}
	closed := a.today()
	for _, turn := range a.task().Life {
		if turn.Life == projections.Closed {
			closed = ledger.DateOf(turn.At)
		}
	}
	return a.since(b.On, closed, "it was closed")
}

func (a *admission) taskSuspended(b *ledger.TaskSuspended) error {
	if err := a.life(projections.Open, projections.Claimed); err != nil || b.Until == "" {
		return err
	}
	return a.notPast(b.Until)
}

// life checks where the task stands in its life.
func (a *admission) life(want ...projections.Life) error {
	if l := a.task().LifeAt(a.latest()); !slices.Contains(want, l) {
		return ledger.Refuse("task.life", fmt.Sprintf("%s on a task that is %s", a.Kind, l), fmt.Sprintf("a task that is %v", want))
	}
	return nil
}

// contentSealed: two persons. The second names the first's statement.
func (a *admission) contentSealed(b *ledger.ContentSealed) error {
	if b.Statement != nil {
		e, ok := a.Index.Statements[*b.Statement]
		if !ok {
			return &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no statement %s", *b.Statement), Want: "the id of a statement on record"}
		}
		if b.Seconds == nil && !projections.Sealable(e.Kind) {
			return ledger.Refuse("sealing.kind", fmt.Sprintf("%s is a %s", *b.Statement, e.Kind), "a statement that nothing is named or judged by; a name is mended by unit.renamed.v1 or task.amended.v1, a policy by the next one")
		}
	}
	if b.Seconds == nil {
		return nil
	}
	if err := a.refers(*b.Seconds, "content.sealed.v1"); err != nil {
		return err
	}
	first := a.Sealings[*b.Seconds]
	switch {
	case first == nil:
		return ledger.Refuse("sealing.second", fmt.Sprintf("%s seconds another sealing itself", *b.Seconds), "the statement that asked for the sealing first")
	case first.Seconded != nil:
		return ledger.Refuse("sealing.second", fmt.Sprintf("a sealing that was seconded as record %d", first.Seconded.Sequence), "a sealing that waits for its second person")
	case first.ContentSealed.Attachment != b.Attachment || (b.Statement != nil && *b.Statement != *first.ContentSealed.Statement):
		return ledger.Refuse("sealing.second", "another thing than the first person sealed", "the same statement or attachment")
	}
	if first.By == a.Source {
		return ledger.Forbid("sealing.persons", fmt.Sprintf("%s seconds its own sealing", a.Source), "the office and an outside authority, or two authorities")
	}
	for _, name := range a.persons(first.Signer) {
		if slices.Contains(a.persons(a.Signer), name) {
			return ledger.Forbid("sealing.persons", fmt.Sprintf("%s is on record as who signs for %s and for %s", name, first.By, a.Source), "another person, with a key of their own")
		}
	}
	return nil
}

// persons are the people that stand behind a key today, as far as the ledger knows them
// by name: who is in the post that it was enrolled for, and its holder, if that is
// somebody who is on record in some office. A holder may be no name: 经办人.
func (a *admission) persons(key seal.KeyID) (names []string) {
	s := a.SignerOf(key, a.at, uint64(len(a.Index.Statements))+1)
	for _, h := range s.InOffice {
		if h.Post == s.Post && h.Name != projections.SealedText {
			names = append(names, h.Name)
		}
	}
	for _, p := range a.Units.Parties {
		for _, o := range p.Officeholders {
			if o.Name == s.Holder && o.Name != projections.SealedText {
				return append(names, o.Name)
			}
		}
	}
	return names
}

// ledgerRecovered: of what stands before it.
func (a *admission) ledgerRecovered(b *ledger.LedgerRecovered) error {
	if last := uint64(len(a.Index.Statements)); b.Sequence > last {
		return ledger.Refuse("recovery.basis", fmt.Sprintf("a recovery up to record %d, the ledger stands at %d", b.Sequence, last), "one of what stands before it")
	}
	return nil
}
