package projections

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"ducha/ledger"
)

// Questions (待释义) by their id: what the plan leaves open, and how it was settled.
type Questions map[ledger.LocalID]*Question

// Question (待释义) as it was raised, with every answer that it was given; the last
// one stands.
type Question struct {
	Stamp
	ledger.QuestionRaised
	Answers []Clarification `json:"answers,omitempty"`
}

// Clarification (释义) settles a question.
type Clarification struct {
	Stamp
	ledger.ClarificationIssued
}

func (qs Questions) evolve(f Fact) {
	switch b := f.Body.(type) {
	case *ledger.QuestionRaised:
		if qs[b.Question] == nil {
			qs[b.Question] = &Question{Stamp: f.stamp(), QuestionRaised: *b}
		}
	case *ledger.ClarificationIssued:
		// Before questions were raised, an answer was all that there was of one.
		if qs[b.Question] == nil {
			qs[b.Question] = &Question{Stamp: f.stamp(), QuestionRaised: ledger.QuestionRaised{Question: b.Question, About: b.About}}
		}
		q := qs[b.Question]
		q.Answers = append(q.Answers, Clarification{f.stamp(), *b})
	}
}

// Answer is the answer that stands at an instant, and false for a question that
// is open then.
func (q *Question) Answer(at time.Time) (Clarification, bool) {
	for _, a := range slices.Backward(q.Answers) {
		if a.by(at) {
			return a, true
		}
	}
	return Clarification{}, false
}

// QuestionStatus (待释义事项) is a question as it stands at an instant: open, or
// settled with the record that settled it.
type QuestionStatus struct {
	Question ledger.LocalID   `json:"id"`
	About    []ledger.LocalID `json:"about,omitempty"`
	Text     string           `json:"text"`
	Cite     string           `json:"cite,omitempty"`
	State    QuestionState    `json:"state"`
	Raised   Stamp            `json:"raised"`
	Answer   string           `json:"answer,omitempty"`
	Basis    string           `json:"basis,omitempty"`
	Settled  *Stamp           `json:"settled,omitempty"` // the clarification that stands
	Former   []ledger.Ref     `json:"former,omitempty"`  // those whose place it took
}

// QuestionState says whether a question waits.
type QuestionState string

const (
	QuestionOpen    QuestionState = "open"    // 待释义
	QuestionSettled QuestionState = "settled" // 已释义
)

// QuestionList lists the questions that were raised by an instant, by id.
func (c *Campaign) QuestionList(at time.Time) []QuestionStatus {
	list := []QuestionStatus{}
	for _, q := range slices.SortedFunc(maps.Values(c.Questions), func(a, b *Question) int { return cmp.Compare(a.Question, b.Question) }) {
		if q.by(at) {
			list = append(list, q.status(at))
		}
	}
	return list
}

func (q *Question) status(at time.Time) QuestionStatus {
	s := QuestionStatus{Question: q.Question, About: q.About, Text: string(q.Text), Cite: string(q.Cite), State: QuestionOpen, Raised: q.Stamp}
	a, ok := q.Answer(at)
	if !ok {
		return s
	}
	s.State, s.Answer, s.Basis, s.Settled = QuestionSettled, string(a.ClarificationIssued.Answer), string(a.Basis), &a.Stamp
	for _, former := range q.Answers {
		if former.Sequence < a.Sequence {
			s.Former = append(s.Former, former.ID)
		}
	}
	return s
}
