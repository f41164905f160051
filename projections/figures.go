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
	Closed        bool    `json:"closed"`                  // 销号
	Suspended     bool    `json:"suspended"`               // 中止
	Milestones    int64   `json:"milestones"`              // set by now
	Due           int64   `json:"due"`                     // of those, due by now
	Planned       float64 `json:"planned"`                 // share that the milestones due by now ask for
	Actual        float64 `json:"actual"`                  // share as verified, else corrected, else claimed
	Claimed       float64 `json:"claimed"`                 // share as last claimed
	Gap           float64 `json:"gap"`                     // planned - actual, never under 0
	LateDays      int64   `json:"late_days"`               // of the milestone most overdue, waiting days taken off
	ReportsMissed int64   `json:"reports_missed"`          // monthly reports missed in a row, up to the last one due
	ReportsLate   int64   `json:"reports_late"`            // monthly reports filed late so far
	SlowMonths    int64   `json:"slow_months"`             // months in a row, up to the last one ended, that ended slow
	FalseReport   bool    `json:"false_report"`            // the last report judged on the spot was proven false
	Waiting       bool    `json:"waiting"`                 // an accepted blocker waits on whoever was asked
	WaitedDays    int64   `json:"waited_days"`             // days that accepted blockers took so far
	Undecided     bool    `json:"undecided,omitzero"`      // a blocker waits for the headquarters to decide
	UndecidedDays int64   `json:"undecided_days,omitzero"` // days on which one did, so far
	Outside       bool    `json:"outside,omitzero"`        // an accepted blocker waits on a body outside the headquarters
	OutsideDays   int64   `json:"outside_days,omitzero"`   // days, of those waited, on which one did
}

type figure struct {
	name  string
	value any // bool, int64 or float64
}

// figureOrder are the figures as expressions name them, and what each is.
var figureOrder = []struct {
	name string
	of   func(f *Figures) any
}{
	{"closed", func(f *Figures) any { return f.Closed }}, {"suspended", func(f *Figures) any { return f.Suspended }},
	{"milestones", func(f *Figures) any { return f.Milestones }}, {"due", func(f *Figures) any { return f.Due }},
	{"planned", func(f *Figures) any { return f.Planned }}, {"actual", func(f *Figures) any { return f.Actual }},
	{"claimed", func(f *Figures) any { return f.Claimed }}, {"gap", func(f *Figures) any { return f.Gap }},
	{"late_days", func(f *Figures) any { return f.LateDays }}, {"reports_missed", func(f *Figures) any { return f.ReportsMissed }},
	{"reports_late", func(f *Figures) any { return f.ReportsLate }}, {"slow_months", func(f *Figures) any { return f.SlowMonths }},
	{"false_report", func(f *Figures) any { return f.FalseReport }}, {"waiting", func(f *Figures) any { return f.Waiting }},
	{"waited_days", func(f *Figures) any { return f.WaitedDays }}, {"undecided", func(f *Figures) any { return f.Undecided }},
	{"undecided_days", func(f *Figures) any { return f.UndecidedDays }}, {"outside", func(f *Figures) any { return f.Outside }},
	{"outside_days", func(f *Figures) any { return f.OutsideDays }},
}

// figureValues are they by their names.
var figureValues = func() map[string]func(*Figures) any {
	by := map[string]func(*Figures) any{}
	for _, x := range figureOrder {
		by[x.name] = x.of
	}
	return by
}()

// list names the figures as expressions do.
func (f Figures) list() []figure {
	var list []figure
	for _, x := range figureOrder {
		list = append(list, figure{x.name, x.of(&f)})
	}
	return list
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
	term    *Charter
	policy  *Policy
	figures Figures
	sources Sources
	doubts  []string
	known   *memory
}

func (c *Campaign) reckon(t *Task, p *Policy, at time.Time, known *memory) *reckoning {
	r := &reckoning{task: t, at: at, term: &c.Charter, policy: p, sources: Sources{}, known: known}
	r.life()
	r.share()
	r.waits()
	r.blockers()
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
	// A report proven false stays so when it is returned.
	if found, by := r.falseReport(); found {
		r.figures.FalseReport, r.sources["false_report"] = true, by
	}
	var last *Report
	for i := range r.task.Reports {
		if rep := &r.task.Reports[i]; r.stands(rep) && (last == nil || rep.Period >= last.Period) {
			last = rep
		}
	}
	if last == nil {
		return
	}
	var judged bool
	for _, s := range last.Says {
		if !r.counts(s) {
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
}

func onTheSpot(s Say) bool {
	return s.Kind == "progress.verified.v1" || s.Kind == "progress.disputed.v1"
}

// about says whether a report speaks of days that had come by the instant judged: of
// its month, or of an earlier one, to its end.
func (r *reckoning) about(rep *Report) bool { return !rep.Period.Last().End().After(r.at) }

// stands says whether a report counts: it had been filed by then and was not
// returned; with hindsight, it speaks of that time and was never returned.
func (r *reckoning) stands(rep *Report) bool {
	if r.known.hindsight && (r.about(rep) || rep.by(r.at)) {
		return rep.Returned == nil
	}
	return rep.standsAt(r.at)
}

// counts says whether what was said for a report that stands counts: with hindsight,
// whenever it was said.
func (r *reckoning) counts(s Say) bool { return r.known.hindsight || s.by(r.at) }

// falseReport says whether the last word on the spot found a report false, and by
// which statement.
func (r *reckoning) falseReport() (bool, []uint64) {
	var last Say
	for i := range r.task.Reports {
		rep := &r.task.Reports[i]
		if r.known.hindsight && !r.about(rep) && !rep.by(r.at) {
			continue
		}
		for _, s := range rep.Says {
			if onTheSpot(s) && r.counts(s) && s.Sequence > last.Sequence {
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
	r.figures.WaitedDays = r.waited(time.Time{})
	for _, b := range r.task.Blockers {
		if !b.Accepted || !b.Decided.by(r.at) {
			continue
		}
		r.from("waited_days", *b.Decided)
		if b.Cleared == nil || !b.Cleared.by(r.at) {
			r.figures.Waiting = true
			r.from("waiting", *b.Decided)
		}
	}
}

// waited counts the whole days for which the task has waited since an instant.
func (r *reckoning) waited(since time.Time) int64 {
	var total time.Duration
	for _, s := range r.task.Waits(r.at) {
		if s.From.Before(since) {
			s.From = since
		}
		total += max(0, s.To.Sub(s.From))
	}
	return int64(total / (24 * time.Hour))
}

// schedule holds each milestone against the task's own clock, which stands still
// while the task waits. A date reckons with all that was over when it was set:
// only waiting after that is taken off.
func (r *reckoning) schedule() {
	for i := range r.task.Milestones {
		m := &r.task.Milestones[i]
		if !m.by(r.at) {
			continue
		}
		r.figures.Milestones++
		due := m.DueAt(r.at)
		today := ledger.DateOf(r.at).Add(-int(r.waited(due.At)))
		if due.Date >= today {
			continue // due by the end of its day
		}
		r.figures.Due++
		if m.Percent >= r.figures.Planned {
			r.figures.Planned, r.sources["planned"] = m.Percent, []uint64{due.Sequence}
		}
		if r.reached(m) {
			continue
		}
		if late := int64(today.DaysSince(due.Date)); late > r.figures.LateDays {
			r.figures.LateDays, r.sources["late_days"] = late, []uint64{due.Sequence}
		}
	}
}

// reached says whether a milestone was reached: by a statement of then or, with
// hindsight, on a day that had come.
func (r *reckoning) reached(m *Milestone) bool {
	return m.Reached != nil && (m.Reached.by(r.at) || r.known.hindsight && m.On <= ledger.DateOf(r.at))
}

// reports counts the monthly reports that were missed or late. One is owed for
// every month of the campaign's term whose last day for it came while the task
// was assigned, and neither closed nor suspended: the door takes none then.
func (r *reckoning) reports() {
	for _, owed := range r.owed() {
		rep := r.task.ReportFor(owed.period, r.at)
		switch {
		case rep == nil:
			r.figures.ReportsMissed++
		default:
			r.figures.ReportsMissed = 0
			if first := r.task.firstFor(owed.period); first.At.After(owed.end) {
				r.figures.ReportsLate++
				r.from("reports_late", first.Stamp)
			}
		}
	}
}

type owed struct {
	period ledger.Month
	due    ledger.Date
	end    time.Time // of that day
}

// owed lists the reports due before r.at, in the order of their periods.
func (r *reckoning) owed() []owed {
	if r.task.Assigned.Sequence == 0 || r.term.From == "" {
		return nil
	}
	first := max(ledger.MonthOf(r.task.Assigned.At), r.term.From.Month())
	last := min(ledger.MonthOf(r.at), r.term.To.Month())
	var list []owed
	for m := first; m <= last; m = m.Add(1) {
		due := r.reportDay(m)
		if r.at.After(due.end) && !due.end.Before(r.task.Assigned.At) && r.task.runsAt(due.end) {
			list = append(list, owed{m, due.date, due.end})
		}
	}
	return list
}

// reportDue is the last day for a month's report: by the policy of that month,
// so that a later one moves no deadline that has passed. Where that policy lacks
// the year's calendar, the present one may have it.
func (r *reckoning) reportDue(m ledger.Month) ledger.Date { return r.reportDay(m).date }

// reportDay is that day with its end.
func (r *reckoning) reportDay(m ledger.Month) reportDay {
	over := r.known.monthEnd(m).Before(r.at)
	key := dueKey{r.policy.Sequence, m, over}
	if due, ok := r.known.dues[key]; ok {
		return due
	}
	then := r.policy
	if over {
		if p, ok := r.term.PolicyAt(r.known.monthEnd(m)); ok {
			then = &p
		}
	}
	for _, p := range []*Policy{then, r.policy} {
		date, err := CalendarOf(p.PolicyAdopted).LastOf(m, p.Clocks.ReportLast)
		if err == nil {
			due := reportDay{date, date.End()}
			if r.known.dues == nil {
				r.known.dues = map[dueKey]reportDay{}
			}
			r.known.dues[key] = due
			return due
		}
		if p.Sequence == r.policy.Sequence {
			r.doubt(err)
		}
	}
	return reportDay{m.Last(), m.Last().End()}
}

type reportDay struct {
	date ledger.Date
	end  time.Time
}

// monthEnd is a month's last moment.
func (k *memory) monthEnd(m ledger.Month) time.Time {
	end, ok := k.last[m]
	if !ok {
		if end = m.Last().End(); k.last == nil {
			k.last = map[ledger.Month]time.Time{}
		}
		k.last[m] = end
	}
	return end
}

// firstFor is the first report that was filed for a period, returned or not.
func (t *Task) firstFor(period ledger.Month) *Report {
	return find(t.Reports, func(r *Report) bool { return r.Period == period })
}
