package projections

import (
	"strings"
	"time"

	"ducha/ledger"
)

// Figures (数据) are what a policy's expressions are written over: a task at one
// instant. Shares are percent of the whole task. The JSON names are the names
// in expressions.
type Figures struct {
	Closed        bool    `json:"closed"`         // 销号
	Suspended     bool    `json:"suspended"`      // 中止
	Milestones    int64   `json:"milestones"`     // set by now
	Due           int64   `json:"due"`            // of those, due by now
	Planned       float64 `json:"planned"`        // share that the milestones due by now ask for
	Actual        float64 `json:"actual"`         // share as verified, else corrected, else claimed
	Claimed       float64 `json:"claimed"`        // share as last claimed
	Gap           float64 `json:"gap"`            // planned - actual, never under 0
	LateDays      int64   `json:"late_days"`      // of the milestone most overdue, waiting days taken off
	ReportsMissed int64   `json:"reports_missed"` // monthly reports missed in a row, up to the last one due
	ReportsLate   int64   `json:"reports_late"`   // monthly reports filed late so far
	SlowMonths    int64   `json:"slow_months"`    // months in a row, up to the last one ended, that ended slow
	FalseReport   bool    `json:"false_report"`   // the last report judged on the spot was proven false
	Waiting       bool    `json:"waiting"`        // an accepted blocker waits on whoever was asked
	WaitedDays    int64   `json:"waited_days"`    // days that accepted blockers took so far
}

type figure struct {
	name  string
	value any // bool, int64 or float64
}

// list names the figures as expressions do.
func (f Figures) list() []figure {
	return []figure{
		{"closed", f.Closed}, {"suspended", f.Suspended}, {"milestones", f.Milestones}, {"due", f.Due},
		{"planned", f.Planned}, {"actual", f.Actual}, {"claimed", f.Claimed}, {"gap", f.Gap},
		{"late_days", f.LateDays}, {"reports_missed", f.ReportsMissed}, {"reports_late", f.ReportsLate},
		{"slow_months", f.SlowMonths}, {"false_report", f.FalseReport}, {"waiting", f.Waiting}, {"waited_days", f.WaitedDays},
	}
}

func figureNames() string {
	var names []string
	for _, f := range (Figures{}).list() {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// Sources names the statements that each figure came from, by sequence.
type Sources map[string][]uint64

// reckoning works out one task's figures for one instant.
type reckoning struct {
	task    *Task
	at      time.Time
	term    Charter
	policy  Policy
	figures Figures
	sources Sources
	doubts  []string
}

func (c *Campaign) reckon(t *Task, p Policy, at time.Time) *reckoning {
	r := &reckoning{task: t, at: at, term: c.Charter, policy: p, sources: Sources{}}
	r.life()
	r.share()
	r.waits()
	r.schedule()
	r.reports()
	r.figures.Gap = max(0, r.figures.Planned-r.figures.Actual)
	return r
}

func (r *reckoning) from(name string, s ...Stamp) {
	for _, s := range s {
		r.sources[name] = append(r.sources[name], s.Sequence)
	}
}

func (r *reckoning) doubt(err error) {
	for _, d := range r.doubts {
		if d == err.Error() {
			return
		}
	}
	r.doubts = append(r.doubts, err.Error())
}

func (r *reckoning) life() {
	switch r.task.LifeAt(r.at) {
	case Closed:
		r.figures.Closed = true
	case Suspended:
		r.figures.Suspended = true
	}
	for _, turn := range r.task.Life {
		if turn.by(r.at) {
			r.sources["closed"] = []uint64{turn.Sequence}
		}
	}
}

// share takes the report of the latest period that stands, and of what was said
// for it the last word: what was verified on the spot outranks every claim.
func (r *reckoning) share() {
	var last *Report
	for i := range r.task.Reports {
		if rep := &r.task.Reports[i]; rep.standsAt(r.at) && (last == nil || rep.Period >= last.Period) {
			last = rep
		}
	}
	if last == nil {
		return
	}
	var judged bool
	for _, s := range last.Says {
		if !s.by(r.at) {
			continue
		}
		onSpot := onTheSpot(s)
		if !onSpot {
			r.figures.Claimed = s.Percent
			r.sources["claimed"] = []uint64{s.Sequence}
		}
		if onSpot || !judged {
			r.figures.Actual = s.Percent
			r.sources["actual"] = []uint64{s.Sequence}
		}
		judged = judged || onSpot
	}
	r.figures.FalseReport, r.sources["false_report"] = r.task.falseAt(r.at)
}

func onTheSpot(s Say) bool {
	return s.Kind == "progress.verified.v1" || s.Kind == "progress.disputed.v1"
}

// falseAt says whether the last word on the spot found a report false, and by
// which statement.
func (t *Task) falseAt(at time.Time) (bool, []uint64) {
	var last Say
	for _, rep := range t.Reports {
		for _, s := range rep.Says {
			if onTheSpot(s) && s.by(at) && s.Sequence > last.Sequence {
				last = s
			}
		}
	}
	if !last.False {
		return false, nil
	}
	return true, []uint64{last.Sequence}
}

func (r *reckoning) waits() {
	var total time.Duration
	for _, s := range r.task.Waits(r.at) {
		total += s.To.Sub(s.From)
		r.figures.Waiting = s.To.Equal(r.at)
	}
	r.figures.WaitedDays = int64(total / (24 * time.Hour))
	for _, b := range r.task.Blockers {
		if b.Accepted && b.Decided.by(r.at) {
			r.from("waited_days", *b.Decided)
		}
	}
}

// schedule holds the milestones against the task's own clock, which stands
// still while the task waits.
func (r *reckoning) schedule() {
	today := ledger.DateOf(r.at).Add(-int(r.figures.WaitedDays))
	for i := range r.task.Milestones {
		m := &r.task.Milestones[i]
		if !m.by(r.at) {
			continue
		}
		r.figures.Milestones++
		due := m.DueAt(r.at)
		if due.Date >= today {
			continue // due by the end of its day
		}
		r.figures.Due++
		if m.Percent >= r.figures.Planned {
			r.figures.Planned, r.sources["planned"] = m.Percent, []uint64{due.Sequence}
		}
		if m.Reached != nil && m.Reached.by(r.at) {
			continue
		}
		if late := int64(today.DaysSince(due.Date)); late > r.figures.LateDays {
			r.figures.LateDays, r.sources["late_days"] = late, []uint64{due.Sequence}
		}
	}
}

// reports counts the monthly reports that were missed or late. One is owed for
// every month of the campaign's term from the month the task was assigned in,
// by the working day that the policy names.
func (r *reckoning) reports() {
	for _, owed := range r.owed() {
		rep := r.task.ReportFor(owed.period, r.at)
		switch {
		case rep == nil:
			r.figures.ReportsMissed++
		default:
			r.figures.ReportsMissed = 0
			if first := r.task.firstFor(owed.period); first.At.After(owed.due.End()) {
				r.figures.ReportsLate++
				r.from("reports_late", first.Stamp)
			}
		}
	}
}

type owed struct {
	period ledger.Month
	due    ledger.Date
}

// owed lists the reports due before r.at, in the order of their periods.
func (r *reckoning) owed() []owed {
	if r.task.Assigned.Sequence == 0 || r.term.From == "" {
		return nil
	}
	calendar := CalendarOf(r.policy.PolicyAdopted)
	first := max(ledger.MonthOf(r.task.Assigned.At), r.term.From.Month())
	last := min(ledger.MonthOf(r.at), r.term.To.Month())
	if r.figures.Closed {
		last = min(last, ledger.MonthOf(r.task.closedAt(r.at)).Add(-1))
	}
	var list []owed
	for m := first; m <= last; m = m.Add(1) {
		due, err := calendar.LastOf(m, r.policy.Clocks.ReportLast)
		if err != nil {
			r.doubt(err)
			due = m.Last()
		}
		if r.at.After(due.End()) {
			list = append(list, owed{m, due})
		}
	}
	return list
}

func (t *Task) closedAt(at time.Time) time.Time {
	var closed time.Time
	for _, turn := range t.Life {
		if turn.by(at) && turn.Life == Closed {
			closed = turn.At
		}
	}
	return closed
}

// firstFor is the first report that was filed for a period, returned or not.
func (t *Task) firstFor(period ledger.Month) *Report {
	return find(t.Reports, func(r *Report) bool { return r.Period == period })
}
