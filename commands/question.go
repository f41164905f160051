package commands

import (
	"fmt"

	"ducha/ledger"
)

// questionRaised: a question is on record once, under an id of its own.
func (a *admission) questionRaised(b *ledger.QuestionRaised) error {
	if q := a.Questions[b.Question]; q != nil {
		return ledger.Refuse("question.once", fmt.Sprintf("question %s was raised as record %d", b.Question, q.Sequence), "an id of its own for another question")
	}
	return nil
}

// clarificationIssued settles a question that was raised. It is answered once:
// whoever answers otherwise says which answer is no more.
func (a *admission) clarificationIssued(b *ledger.ClarificationIssued) error {
	q := a.Questions[b.Question]
	if q == nil {
		return &ledger.Error{Class: ledger.NotFound, Rule: "question.known", Found: fmt.Sprintf("question %s", b.Question), Want: "a question of question.raised.v1, such as one of `ducha questions`"}
	}
	last, settled := q.Answer(a.latest())
	switch {
	case b.Replaces == nil && settled:
		return ledger.Refuse("question.settled", fmt.Sprintf("question %s was settled as record %d", b.Question, last.Sequence), fmt.Sprintf("a question that is open, or replaces %s with the new answer", last.ID))
	case b.Replaces == nil:
		return nil
	}
	if err := a.refers(*b.Replaces, ledger.KindOf(b)); err != nil {
		return err
	}
	if !settled || *b.Replaces != last.ID {
		return ledger.Refuse("question.replaces", fmt.Sprintf("%s is not the answer of question %s that stands", b.Replaces, b.Question), "the clarification that stands, or none for an open question")
	}
	return nil
}
