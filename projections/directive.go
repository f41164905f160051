package projections

import (
	"time"

	"ducha/ledger"
)

// Directives (交办督办) by the id of the statement that issued them.
type Directives map[ledger.Ref]*Directive

// Directive (交办督办) on its way through the loop: issued, signed for, answered,
// accepted or returned.
type Directive struct {
	Stamp
	Unit         ledger.UnitID `json:"unit"`
	Task         ledger.TaskID `json:"task"`
	Text         string        `json:"text"`
	AnswerBy     ledger.Date   `json:"answer_by"`
	Acknowledged *Stamp        `json:"acknowledged,omitempty"`
	Answers      []Stamp       `json:"answers,omitempty"`
	Returns      []Stamp       `json:"returns,omitempty"`
	Accepted     *Stamp        `json:"accepted,omitempty"`
}

// DirectiveState is whose move it is.
type DirectiveState string

const (
	Issued       DirectiveState = "issued"       // 待签收
	Acknowledged DirectiveState = "acknowledged" // 办理中
	Answered     DirectiveState = "answered"     // 待审核
	Returned     DirectiveState = "returned"     // 退回重办
	Accepted     DirectiveState = "accepted"     // 办结
)

func newDirectives() Directives { return Directives{} }

func (ds Directives) evolve(f Fact) {
	stamp := f.stamp()
	on := func(id ledger.Ref, change func(*Directive)) {
		if d := ds[id]; d != nil {
			change(d)
		}
	}
	switch b := f.Body.(type) {
	case *ledger.DirectiveIssued:
		ds[f.ID] = &Directive{Stamp: stamp, Unit: f.Statement.Unit, Task: f.Statement.Task, Text: string(b.Text), AnswerBy: b.AnswerBy}
	case *ledger.DirectiveAcknowledged:
		on(b.Directive, func(d *Directive) { d.Acknowledged = &stamp })
	case *ledger.DirectiveAnswered:
		on(b.Directive, func(d *Directive) { d.Answers = append(d.Answers, stamp) })
	case *ledger.DirectiveAccepted:
		on(b.Directive, func(d *Directive) { d.Accepted = &stamp })
	case *ledger.DirectiveReturned:
		on(b.Directive, func(d *Directive) { d.Returns, d.AnswerBy = append(d.Returns, stamp), b.AnswerBy })
	}
}

// State is whose move it is.
func (d *Directive) State() DirectiveState {
	switch {
	case d.Accepted != nil:
		return Accepted
	case len(d.Answers) > len(d.Returns):
		return Answered
	case len(d.Returns) > 0:
		return Returned
	case d.Acknowledged != nil:
		return Acknowledged
	}
	return Issued
}

// Overdue says whether the unit's answer is late at an instant.
func (d *Directive) Overdue(at time.Time) bool {
	s := d.State()
	return s != Answered && s != Accepted && at.After(d.AnswerBy.End())
}
