package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// ReviewReports (月报时限) are the monthly reports whose last day fell into the
// period.
type ReviewReports struct {
	Owed      Tally          `json:"owed"`
	OnTime    Tally          `json:"on_time"`
	Late      Tally          `json:"late"`
	Missed    Tally          `json:"missed"` // never came, or was returned and did not come again
	Returned  Tally          `json:"returned"`
	Corrected Tally          `json:"corrected"`
	Rows      []ReviewReport `json:"rows,omitempty"`
}

// ReviewReport is one monthly report that was owed. A report that never came has no
// statement: it is the policy's clock and the task that it is missed by.
type ReviewReport struct {
	Period ledger.Month `json:"period"`
	Due    ledger.Date  `json:"due"`
	State  Timely       `json:"state"`
	Filed  ledger.Date  `json:"filed,omitempty"` // first
	From   []uint64     `json:"from"`
}

// Timely (时限情况) says how something that was due came.
type Timely string

const (
	OnTime Timely = "on-time" // 按期
	Late   Timely = "late"    // 逾期完成
	Missed Timely = "missed"  // 逾期未完成
	NotDue Timely = "not-due" // 未到期
)

// reckoned has a task's clock as of the end of what is known.
func (v *reviewer) reckoned(t *Task) *reckoning {
	policy, _ := v.Charter.PolicyAt(v.asOf.End())
	return &reckoning{task: t, at: v.asOf.End(), term: &v.Charter, policy: &policy, sources: Sources{}, known: &v.known}
}

func (v *reviewer) reports(t *Task) ReviewReports {
	var r ReviewReports
	known := v.reckoned(t)
	for _, o := range known.owed() {
		if o.due < v.from || o.due > v.to {
			continue
		}
		policy, _ := v.Charter.PolicyAt(o.due.End())
		row := ReviewReport{Period: o.period, Due: o.due, State: Missed, From: union(nil, t.Assigned.Sequence, policy.Sequence)}
		if first := t.firstFor(o.period); first != nil {
			row.Filed = ledger.DateOf(first.At)
		}
		if stands := t.ReportFor(o.period, known.at); stands != nil {
			first := t.firstFor(o.period)
			row.State, row.From = OnTime, union(nil, first.Sequence, stands.Sequence)
			if first.At.After(o.due.End()) {
				row.State = Late
			}
		}
		r.Rows = append(r.Rows, row)
		r.Owed.add(row.From...)
		switch row.State {
		case OnTime:
			r.OnTime.add(row.From...)
		case Late:
			r.Late.add(row.From...)
		default:
			r.Missed.add(row.From...)
		}
	}
	for i := range t.Reports {
		v.tally(&r.Returned, t.Reports[i].Returned)
		for _, s := range t.Reports[i].Says {
			if s.Kind == "progress.corrected.v1" {
				v.tally(&r.Corrected, &s.Stamp)
			}
		}
	}
	return r
}

// ReviewMilestones (节点时限) are the milestones whose date fell into the period.
type ReviewMilestones struct {
	Due        Tally             `json:"due"`
	OnTime     Tally             `json:"on_time"`
	Late       Tally             `json:"late"`
	Missed     Tally             `json:"missed"`
	Extensions Tally             `json:"extensions"` // granted
	Refused    Tally             `json:"refused"`    // extensions refused
	Waited     ReviewWait        `json:"waited"`
	Rows       []ReviewMilestone `json:"rows,omitempty"`
}

// ReviewMilestone is a milestone, with the days that it was late: those that the
// task waited by an accepted blocker are counted apart.
type ReviewMilestone struct {
	Milestone ledger.LocalID `json:"id"`
	Percent   float64        `json:"percent"`
	Due       ledger.Date    `json:"due"`
	First     ledger.Date    `json:"first,omitempty"` // where an extension moved it
	State     Timely         `json:"state"`
	Reached   ledger.Date    `json:"reached,omitempty"`
	LateDays  int            `json:"late_days,omitzero"`
	Waited    int            `json:"waited_days,omitzero"`
	From      []uint64       `json:"from"`
}

// ReviewWait (等待协调) are the whole days of the period in which the task waited and
// its clock stood still, of these the days on a body outside the headquarters; and
// apart from them those on which the headquarters had not decided on a blocker.
type ReviewWait struct {
	Days      int      `json:"days"`
	Outside   int      `json:"outside_days"`
	Undecided int      `json:"undecided_days"`
	Raised    Tally    `json:"raised"`
	Accepted  Tally    `json:"accepted"`
	Cleared   Tally    `json:"cleared"`
	From      []uint64 `json:"from,omitempty"` // of the days
}

func (v *reviewer) milestones(t *Task) ReviewMilestones {
	r := ReviewMilestones{Waited: v.waited(t)}
	for i := range t.Milestones {
		m := &t.Milestones[i]
		due := m.DueAt(v.asOf.End())
		if due.Date < v.from || due.Date > v.to {
			continue
		}
		row := v.milestone(t, m, due)
		r.Rows = append(r.Rows, row)
		r.Due.add(row.From...)
		switch row.State {
		case OnTime:
			r.OnTime.add(row.From...)
		case Late:
			r.Late.add(row.From...)
		case Missed:
			r.Missed.add(row.From...)
		}
	}
	slices.SortStableFunc(r.Rows, func(a, b ReviewMilestone) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Milestone, b.Milestone))
	})
	for _, e := range t.Extensions {
		if e.Granted {
			v.tally(&r.Extensions, e.Decided)
		} else {
			v.tally(&r.Refused, e.Decided)
		}
	}
	return r
}

func (v *reviewer) milestone(t *Task, m *Milestone, due Due) ReviewMilestone {
	row := ReviewMilestone{Milestone: m.ID, Percent: hundredths(m.Percent), Due: due.Date, State: OnTime, From: union(nil, m.Sequence, due.Sequence)}
	if first := m.Dues[0].Date; first != due.Date {
		row.First = first
	}
	known := v.reckoned(t)
	until := v.asOf
	if m.Reached != nil {
		row.Reached, until, known.at = m.On, m.On, m.Reached.At
		row.From = union(row.From, m.Reached.Sequence)
	}
	row.Waited = int(known.waited(due.At))
	row.LateDays = max(0, until.DaysSince(due.Date)-row.Waited)
	switch {
	case m.Reached == nil && row.LateDays == 0:
		row.State = NotDue
	case m.Reached == nil:
		row.State = Missed
	case row.LateDays > 0:
		row.State = Late
	}
	return row
}

func (v *reviewer) waited(t *Task) ReviewWait {
	var w ReviewWait
	start, end := v.from.Start(), v.end.End()
	clip := func(s Span) Span {
		if s.From.Before(start) {
			s.From = start
		}
		return s
	}
	var waits, outside, undecided []Span
	for i := range t.Blockers {
		b := &t.Blockers[i]
		v.tally(&w.Raised, &b.Stamp)
		v.tally(&w.Cleared, b.Cleared)
		if b.Accepted {
			v.tally(&w.Accepted, b.Decided)
		}
		if !b.by(end) {
			continue
		}
		if s := clip(b.undecided(end)); s.From.Before(s.To) {
			undecided = append(undecided, s)
			w.From = union(w.From, b.Sequence)
		}
		if s := clip(b.accepted(end)); s.From.Before(s.To) {
			waits = append(waits, s)
			w.From = union(w.From, b.Decided.Sequence)
			if b.outside() {
				outside = append(outside, s)
			}
		}
	}
	w.Days, w.Outside, w.Undecided = int(days(waits)), int(days(outside)), int(days(undecided))
	return w
}
