package projections

import (
	"time"

	"ducha/ledger"
)

// Directives (交办督办) by the id of the statement that issued them.
type Directives map[ledger.Ref]*Directive

// Directive (交办督办) on its way through the loop: issued, signed for, answered,
// accepted or returned. A return sets another limit; the old one stays visible.
type Directive struct {
	Stamp
	Unit         ledger.UnitID  `json:"unit"`
	Task         ledger.TaskID  `json:"task"`
	Text         string         `json:"text"`
	AnswerBy     ledger.Date    `json:"answer_by"` // as it was set last
	Limits       []Due          `json:"limits"`    // the first one, and the one that each return set
	Meeting      *ledger.Ref    `json:"meeting,omitempty"`
	Item         ledger.LocalID `json:"item,omitempty"` // 议定事项 of that meeting
	Acknowledged *Stamp         `json:"acknowledged,omitempty"`
	Answers      []Stamp        `json:"answers,omitempty"`
	Returns      []Stamp        `json:"returns,omitempty"`
	Accepted     *Stamp         `json:"accepted,omitempty"`
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
		ds[f.ID] = &Directive{Stamp: stamp, Unit: f.Statement.Unit, Task: f.Statement.Task, Text: string(b.Text),
			AnswerBy: b.AnswerBy, Limits: []Due{{stamp, b.AnswerBy}}, Meeting: b.Meeting, Item: b.Item}
	case *ledger.DirectiveAcknowledged:
		on(b.Directive, func(d *Directive) { d.Acknowledged = &stamp })
	case *ledger.DirectiveAnswered:
		on(b.Directive, func(d *Directive) { d.Answers = append(d.Answers, stamp) })
	case *ledger.DirectiveAccepted:
		on(b.Directive, func(d *Directive) { d.Accepted = &stamp })
	case *ledger.DirectiveReturned:
		on(b.Directive, func(d *Directive) {
			d.Returns, d.Limits, d.AnswerBy = append(d.Returns, stamp), append(d.Limits, Due{stamp, b.AnswerBy}), b.AnswerBy
		})
	}
}

// State is whose move it is, by all that is on record.
func (d *Directive) State() DirectiveState {
	return state(d.Acknowledged != nil, len(d.Answers), len(d.Returns), d.Accepted != nil)
}

// StateAt is whose move it was at an instant.
func (d *Directive) StateAt(at time.Time) DirectiveState {
	return state(d.Acknowledged.was(at), stamped(d.Answers, at), stamped(d.Returns, at), d.Accepted.was(at))
}

func state(acknowledged bool, answers, returns int, accepted bool) DirectiveState {
	switch {
	case accepted:
		return Accepted
	case answers > returns:
		return Answered
	case returns > 0:
		return Returned
	case acknowledged:
		return Acknowledged
	}
	return Issued
}

// was says whether there was such a statement by an instant.
func (s *Stamp) was(at time.Time) bool { return s != nil && s.by(at) }

func stamped(list []Stamp, at time.Time) (n int) {
	for _, s := range list {
		if s.by(at) {
			n++
		}
	}
	return n
}

// LimitAt is the day by which an answer was wanted, as it stood at an instant.
func (d *Directive) LimitAt(at time.Time) ledger.Date {
	limit := d.Limits[0].Date
	for _, l := range d.Limits[1:] {
		if l.by(at) {
			limit = l.Date
		}
	}
	return limit
}

// Overdue says whether the unit's answer is late at an instant.
func (d *Directive) Overdue(at time.Time) bool {
	s := d.StateAt(at)
	return s != Answered && s != Accepted && at.After(d.LimitAt(at).End())
}
