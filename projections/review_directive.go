package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// ReviewDirectives (交办督办) are the directives of the period: those issued in it,
// and those that it took over unfinished.
type ReviewDirectives struct {
	Issued     Tally             `json:"issued"`
	Carried    Tally             `json:"carried"`  // 上期结转
	Accepted   Tally             `json:"accepted"` // of both
	Open       Tally             `json:"open"`
	Overdue    Tally             `json:"overdue"` // open, and the answer's date is over
	Returned   Tally             `json:"returned"`
	SignLate   Tally             `json:"sign_late"`   // signed for after the policy's clock, or not yet
	AnswerLate Tally             `json:"answer_late"` // first answered after the policy's clock, or not yet
	DecideLate Tally             `json:"decide_late"` // an answer that the headquarters decided on after its own clock, or has not yet
	Signing    ReviewSpan        `json:"signing"`
	Answering  ReviewSpan        `json:"answering"`
	Deciding   ReviewSpan        `json:"deciding"` // the headquarters' own
	Rows       []ReviewDirective `json:"rows,omitempty"`
}

// ReviewSpan sums up how many working days something took.
type ReviewSpan struct {
	Tally
	Days    int `json:"days"` // all together
	Longest int `json:"longest"`
}

func (s *ReviewSpan) took(days int, from ...uint64) {
	s.add(from...)
	s.Days += days
	s.Longest = max(s.Longest, days)
}

func (s *ReviewSpan) merge(o ReviewSpan) {
	s.Tally.merge(o.Tally)
	s.Days += o.Days
	s.Longest = max(s.Longest, o.Longest)
}

// ReviewDirective is a directive's way. Days are working days since the step began.
type ReviewDirective struct {
	Sequence   uint64         `json:"sequence"`
	Issued     ledger.Date    `json:"issued"`
	By         ledger.PartyID `json:"by"`
	AnswerBy   ledger.Date    `json:"answer_by"`
	State      DirectiveState `json:"state"`
	Overdue    bool           `json:"overdue,omitzero"`
	InDoubt    bool           `json:"in_doubt,omitzero"` // no calendar knows the year
	Signed     *ReviewStep    `json:"signed,omitempty"`
	Answered   *ReviewStep    `json:"answered,omitempty"` // first
	Decided    []ReviewStep   `json:"decided,omitempty"`  // accepted or returned, each time
	Returned   int            `json:"returned,omitzero"`
	Accepted   ledger.Date    `json:"accepted,omitempty"`
	SignLate   bool           `json:"sign_late,omitzero"`
	AnswerLate bool           `json:"answer_late,omitzero"`
	DecideLate bool           `json:"decide_late,omitzero"`
	From       []uint64       `json:"from"`
}

// ReviewStep is a step that was done, with the working days that it took.
type ReviewStep struct {
	On       ledger.Date `json:"on"`
	Days     int         `json:"days"`
	Began    uint64      `json:"began"`
	Sequence uint64      `json:"sequence"`
}

func (v *reviewer) directives(t *Task) ReviewDirectives {
	var r ReviewDirectives
	var list []*Directive
	for _, d := range v.Directives {
		if d.Task == t.ID && ledger.DateOf(d.At) <= v.to && (v.in(d.At) || d.Accepted == nil || ledger.DateOf(d.Accepted.At) >= v.from) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *Directive) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for _, d := range list {
		row := v.directive(d)
		r.count(row, v.in(d.At))
		r.Rows = append(r.Rows, row)
		for _, s := range d.Returns {
			v.tally(&r.Returned, &s)
		}
	}
	return r
}

// directive is the directive as it is judged with all that is known.
func (v *reviewer) directive(d *Directive) ReviewDirective {
	s := v.DirectiveAt(d, v.asOf.End())
	policy, _ := v.Charter.PolicyAt(d.At)
	row := ReviewDirective{Sequence: s.Sequence, Issued: ledger.DateOf(d.At), By: s.By, AnswerBy: s.AnswerBy, State: s.State,
		Overdue: s.Overdue, InDoubt: len(s.Doubts) > 0, Returned: s.Returned, From: union(nil, d.Sequence, policy.Sequence)}
	for i, x := range s.Steps {
		var done *ReviewStep
		if x.Done != nil {
			done = &ReviewStep{On: ledger.DateOf(x.Done.At), Days: x.Days, Began: x.Began.Sequence, Sequence: x.Done.Sequence}
			row.From = union(row.From, x.Done.Sequence)
		}
		switch {
		case x.Step == StepAcknowledge:
			row.Signed, row.SignLate = done, x.Late
		case x.Step == StepAnswer && i == 1:
			row.Answered, row.AnswerLate = done, x.Late
		case x.Step == StepDecide:
			row.DecideLate = row.DecideLate || x.Late
			if done != nil {
				row.Decided = append(row.Decided, *done)
			}
		}
	}
	// What was not signed for was not answered either, though that step has not begun.
	if last, err := CalendarOf(policy.PolicyAdopted).After(row.Issued, policy.Clocks.Answer); row.Signed == nil && s.Stands == "" && err == nil {
		row.AnswerLate = v.asOf > last
	}
	if d.Accepted != nil {
		row.Accepted = ledger.DateOf(d.Accepted.At)
	}
	return row
}

func (r *ReviewDirectives) count(row ReviewDirective, issued bool) {
	tally := func(t *Tally, when bool) {
		if when {
			t.add(row.From...)
		}
	}
	tally(&r.Issued, issued)
	tally(&r.Carried, !issued)
	tally(&r.Accepted, row.Accepted != "")
	tally(&r.Open, row.Accepted == "")
	tally(&r.Overdue, row.Overdue)
	tally(&r.SignLate, row.SignLate)
	tally(&r.AnswerLate, row.AnswerLate)
	tally(&r.DecideLate, row.DecideLate)
	if row.InDoubt {
		return
	}
	if s := row.Signed; s != nil {
		r.Signing.took(s.Days, s.Began, s.Sequence)
	}
	if s := row.Answered; s != nil {
		r.Answering.took(s.Days, s.Began, s.Sequence)
	}
	for _, s := range row.Decided {
		r.Deciding.took(s.Days, s.Began, s.Sequence)
	}
}

func (r *ReviewDirectives) merge(o ReviewDirectives) {
	r.Issued.merge(o.Issued)
	r.Carried.merge(o.Carried)
	r.Accepted.merge(o.Accepted)
	r.Open.merge(o.Open)
	r.Overdue.merge(o.Overdue)
	r.Returned.merge(o.Returned)
	r.SignLate.merge(o.SignLate)
	r.AnswerLate.merge(o.AnswerLate)
	r.DecideLate.merge(o.DecideLate)
	r.Signing.merge(o.Signing)
	r.Answering.merge(o.Answering)
	r.Deciding.merge(o.Deciding)
}
