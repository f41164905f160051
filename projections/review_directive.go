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
	Signing    ReviewSpan        `json:"signing"`
	Answering  ReviewSpan        `json:"answering"`
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

// ReviewDirective is a directive's way, in working days since it was issued.
type ReviewDirective struct {
	Sequence   uint64         `json:"sequence"`
	Issued     ledger.Date    `json:"issued"`
	By         ledger.PartyID `json:"by"`
	AnswerBy   ledger.Date    `json:"answer_by"`
	State      DirectiveState `json:"state"`
	Overdue    bool           `json:"overdue,omitzero"`
	Signed     *ReviewStep    `json:"signed,omitempty"`
	Answered   *ReviewStep    `json:"answered,omitempty"` // first
	Returned   int            `json:"returned,omitzero"`
	Accepted   *ReviewStep    `json:"accepted,omitempty"`
	SignLate   bool           `json:"sign_late,omitzero"`
	AnswerLate bool           `json:"answer_late,omitzero"`
	From       []uint64       `json:"from"`
}

// ReviewStep is a step, with the working days that it took; -1 where no calendar
// knows the year.
type ReviewStep struct {
	On       ledger.Date `json:"on"`
	Days     int         `json:"days"`
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

// directive reckons by the policy of the day on which it was issued.
func (v *reviewer) directive(d *Directive) ReviewDirective {
	policy, ok := v.Charter.PolicyAt(d.At)
	row := ReviewDirective{Sequence: d.Sequence, Issued: ledger.DateOf(d.At), By: d.By, AnswerBy: d.AnswerBy, State: d.State(),
		Overdue: v.overdue(d, v.asOf.End()), Returned: len(d.Returns), From: union(nil, d.Sequence, policy.Sequence)}
	calendar := CalendarOf(policy.PolicyAdopted)
	step := func(s Stamp) *ReviewStep {
		row.From = union(row.From, s.Sequence)
		x := &ReviewStep{On: ledger.DateOf(s.At), Days: -1, Sequence: s.Sequence}
		if n, err := calendar.Between(row.Issued, x.On); err == nil {
			x.Days = n
		}
		return x
	}
	if d.Acknowledged != nil {
		row.Signed = step(*d.Acknowledged)
	}
	if len(d.Answers) > 0 {
		row.Answered = step(d.Answers[0])
	}
	for _, s := range d.Returns {
		row.From = union(row.From, s.Sequence)
	}
	if d.Accepted != nil {
		row.Accepted = step(*d.Accepted)
	}
	late := func(s *ReviewStep, clock int) bool {
		if s != nil {
			return s.Days > clock
		}
		n, err := calendar.Between(row.Issued, v.asOf)
		return err == nil && n > clock
	}
	if ok {
		row.SignLate = late(row.Signed, policy.Clocks.Acknowledge)
		row.AnswerLate = late(row.Answered, policy.Clocks.Answer)
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
	tally(&r.Accepted, row.Accepted != nil)
	tally(&r.Open, row.Accepted == nil)
	tally(&r.Overdue, row.Overdue)
	tally(&r.SignLate, row.SignLate)
	tally(&r.AnswerLate, row.AnswerLate)
	if s := row.Signed; s != nil && s.Days >= 0 {
		r.Signing.took(s.Days, row.Sequence, s.Sequence)
	}
	if s := row.Answered; s != nil && s.Days >= 0 {
		r.Answering.took(s.Days, row.Sequence, s.Sequence)
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
	r.Signing.merge(o.Signing)
	r.Answering.merge(o.Answering)
}
