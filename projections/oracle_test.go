package projections_test

import (
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// oracle answers the questions of a task's status from the bare list of what was
// said, in the dumbest way that there is: it reads the whole list anew for every
// question, counts days one by one, keeps nothing, and knows no CEL. It is written
// from the field's rules; where it and the projections disagree, one is wrong.
type oracle []said

// said is one statement and the instant that it counts from.
type said struct {
	seq uint64
	at  time.Time
	ledger.Statement
}

var zone = time.FixedZone("吉安", 8*3600) // its own idea of the time zone

func day(t time.Time) string { return t.In(zone).Format("2006-01-02") }

func midnight(d string) time.Time {
	t, err := time.ParseInLocation("2006-01-02", d, zone)
	if err != nil {
		panic(err)
	}
	return t
}

// over says whether a day is over at an instant.
func over(d string, t time.Time) bool { return day(t) > d }

func tomorrow(d string) string  { return day(midnight(d).Add(36 * time.Hour)) }
func yesterday(d string) string { return day(midnight(d).Add(-12 * time.Hour)) }

// worked is the State Council's calendar of 2024.
func worked(d string) bool {
	if d < "2024-01-01" || d > "2024-12-31" {
		panic("the oracle knows 2024 only, not " + d)
	}
	for _, extra := range []string{"02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"} {
		if d == "2024-"+extra {
			return true
		}
	}
	for _, off := range [][2]string{{"01-01", "01-01"}, {"02-10", "02-17"}, {"04-04", "04-06"}, {"05-01", "05-05"},
		{"06-10", "06-10"}, {"09-15", "09-17"}, {"10-01", "10-07"}} {
		if d >= "2024-"+off[0] && d <= "2024-"+off[1] {
			return false
		}
	}
	weekday := midnight(d).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// thresholds are a policy in numbers.
type thresholds struct {
	gap        float64
	late       int
	missed     bool // one missed report is slow
	reportLast int
}

func (o oracle) policy(t time.Time) (p thresholds, ok bool) {
	for _, s := range o {
		b, is := s.Body.(*ledger.PolicyAdopted)
		if !is || s.at.After(t) || string(b.InForce) > day(t) {
			continue
		}
		p, ok = thresholds{gap: 10, late: 0, missed: true, reportLast: b.Clocks.ReportLast}, true
		if b.Name == "调整口径" { // a policy of the histories, with numbers of its own
			p.missed = false
			if _, err := fmt.Sscanf(string(b.Slow), "gap > %f || late_days > %d", &p.gap, &p.late); err != nil {
				panic(err)
			}
		}
	}
	return p, ok
}

func (o oracle) of(task ledger.TaskID) oracle {
	var list oracle
	for _, s := range o {
		if s.Statement.Task == task {
			list = append(list, s)
		}
	}
	return list
}

// running says whether a task was neither closed nor suspended at an instant.
func (o oracle) state(t time.Time) string {
	state := ""
	for _, s := range o {
		if s.at.After(t) {
			continue
		}
		switch s.Kind {
		case "task.closed.v1":
			state = "closed"
		case "task.suspended.v1":
			state = "suspended"
		case "task.reopened.v1", "completion.claimed.v1":
			state = ""
		}
	}
	return state
}

// returned says whether a report had been sent back by an instant.
func (o oracle) returned(report ledger.Ref, t time.Time) bool {
	for _, s := range o {
		if b, ok := s.Body.(*ledger.ProgressReturned); ok && b.Report == report && !s.at.After(t) {
			return true
		}
	}
	return false
}

// words are what was said for the report of the last month that has one: the
// share claimed, and the share found on the spot, which outranks it.
func (o oracle) share(t time.Time) (claimed, actual float64) {
	var report ledger.Ref
	month := ""
	for _, s := range o {
		if b, ok := s.Body.(*ledger.ProgressReported); ok && !s.at.After(t) && !o.returned(s.ID, t) && string(b.Period) >= month {
			report, month, claimed = s.ID, string(b.Period), float64(b.Percent)
		}
	}
	if month == "" {
		return 0, 0
	}
	found := -1.0
	for _, s := range o {
		if s.at.After(t) {
			continue
		}
		switch b := s.Body.(type) {
		case *ledger.ProgressCorrected:
			if b.Report == report {
				claimed = float64(b.Percent)
			}
		case *ledger.ProgressVerified:
			if b.Report == report {
				found = float64(b.Percent)
			}
		case *ledger.ProgressDisputed:
			if b.Report == report {
				found = float64(b.Percent)
			}
		}
	}
	if found >= 0 {
		return claimed, found
	}
	return claimed, claimed
}

func (o oracle) falseReport(t time.Time) bool {
	proven := false
	for _, s := range o {
		if s.at.After(t) {
			continue
		}
		switch b := s.Body.(type) {
		case *ledger.ProgressVerified:
			proven = false
		case *ledger.ProgressDisputed:
			proven = b.False
		}
	}
	return proven
}

// waiting says whether an accepted blocker held the task up at an instant.
func (o oracle) waiting(x time.Time) bool {
	for _, s := range o {
		b, ok := s.Body.(*ledger.BlockerDecided)
		if !ok || !b.Accepted || s.at.After(x) {
			continue
		}
		open := true
		for _, c := range o {
			if cleared, ok := c.Body.(*ledger.BlockerCleared); ok && cleared.Blocker == b.Blocker && !c.at.After(x) {
				open = false
			}
		}
		if open {
			return true
		}
	}
	return false
}

// waited is the whole days of waiting from one instant to another: the list of
// instants at which anything was said cuts the time into pieces, in each of which
// the task waited or did not.
func (o oracle) waited(from, to time.Time) int { return o.days(from, to, o.waiting) }

// undecided says whether the headquarters had a blocker to decide on at an instant.
func (o oracle) undecided(x time.Time) bool {
	return o.holds(x, func(raised said) bool {
		for _, s := range o {
			if b, ok := s.Body.(*ledger.BlockerDecided); ok && b.Blocker == raised.ID && !s.at.After(x) {
				return false
			}
		}
		return true
	})
}

// outside says whether an accepted blocker waited on an outside body at an instant.
func (o oracle) outside(x time.Time) bool {
	return o.holds(x, func(raised said) bool {
		for _, s := range o {
			if b, ok := s.Body.(*ledger.BlockerDecided); ok && b.Blocker == raised.ID && b.Accepted && !s.at.After(x) {
				return raised.Body.(*ledger.BlockerRaised).Outside != ""
			}
		}
		return false
	})
}

// holds says whether something is true of a blocker that was raised and not cleared.
func (o oracle) holds(x time.Time, is func(said) bool) bool {
	for _, s := range o {
		if _, ok := s.Body.(*ledger.BlockerRaised); !ok || s.at.After(x) {
			continue
		}
		cleared := false
		for _, c := range o {
			if b, ok := c.Body.(*ledger.BlockerCleared); ok && b.Blocker == s.ID && !c.at.After(x) {
				cleared = true
			}
		}
		if !cleared && is(s) {
			return true
		}
	}
	return false
}

func (o oracle) days(from, to time.Time, waits func(time.Time) bool) int {
	cuts := []time.Time{from, to}
	for _, s := range o {
		if s.at.After(from) && s.at.Before(to) {
			cuts = append(cuts, s.at)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	var total time.Duration
	for i := 1; i < len(cuts); i++ {
		if waits(cuts[i-1]) {
			total += cuts[i].Sub(cuts[i-1])
		}
	}
	return int(total / (24 * time.Hour))
}

// due is the date of a milestone as it stood, and the instant it was set at.
func (o oracle) due(m *ledger.MilestoneSet, set time.Time, t time.Time) (string, time.Time) {
	date, at := string(m.Due), set
	for _, s := range o {
		b, ok := s.Body.(*ledger.ExtensionDecided)
		if !ok || !b.Granted || s.at.After(t) {
			continue
		}
		for _, q := range o {
			if r, ok := q.Body.(*ledger.ExtensionRequested); ok && q.ID == b.Request && r.Milestone == m.Milestone {
				date, at = string(b.To), s.at
			}
		}
	}
	return date, at
}

func (o oracle) reached(m ledger.LocalID, t time.Time) bool {
	for _, s := range o {
		if b, ok := s.Body.(*ledger.MilestoneReached); ok && b.Milestone == m && !s.at.After(t) {
			return true
		}
	}
	return false
}

// figures are all but the slow months.
func (o oracle) figures(all oracle, t time.Time, p thresholds) projections.Figures {
	f := projections.Figures{Closed: o.state(t) == "closed", Suspended: o.state(t) == "suspended",
		FalseReport: o.falseReport(t), Waiting: o.waiting(t), WaitedDays: int64(o.waited(time.Time{}, t)),
		Undecided: o.undecided(t), UndecidedDays: int64(o.days(time.Time{}, t, o.undecided)), Outside: o.outside(t), OutsideDays: int64(o.days(time.Time{}, t, o.outside))}
	f.Claimed, f.Actual = o.share(t)
	for _, s := range o {
		m, ok := s.Body.(*ledger.MilestoneSet)
		if !ok || s.at.After(t) {
			continue
		}
		f.Milestones++
		date, set := o.due(m, s.at, t)
		late := -o.waited(set, t) // the clock stands still while the task waits
		for d := tomorrow(date); d <= day(t); d = tomorrow(d) {
			late++
		}
		if late <= 0 {
			continue
		}
		f.Due++
		f.Planned = max(f.Planned, float64(m.Percent))
		if !o.reached(m.Milestone, t) {
			f.LateDays = max(f.LateDays, int64(late))
		}
	}
	f.Gap = max(0, f.Planned-f.Actual)
	o.reports(all, t, p, &f)
	return f
}

// reports counts the months whose report is missing or was late.
func (o oracle) reports(all oracle, t time.Time, p thresholds, f *projections.Figures) {
	charter := all[0].Body.(*ledger.CharterAdopted)
	var assigned time.Time
	for _, s := range o {
		if s.Kind == "task.assigned.v1" {
			assigned = s.at
		}
	}
	for month := string(charter.From)[:7]; month <= string(charter.To)[:7] && month <= day(t)[:7]; month = nextMonth(month) {
		last := reportDay(month, all, t, p)
		if !over(last, t) || over(last, assigned) || o.state(midnight(tomorrow(last)).Add(-time.Millisecond)) != "" {
			continue
		}
		var first *said
		stands := false
		for i, s := range o {
			if b, ok := s.Body.(*ledger.ProgressReported); ok && string(b.Period) == month && !s.at.After(t) {
				if first == nil {
					first = &o[i]
				}
				stands = stands || !o.returned(s.ID, t)
			}
		}
		if !stands {
			f.ReportsMissed++
			continue
		}
		f.ReportsMissed = 0
		if over(last, first.at) {
			f.ReportsLate++
		}
	}
}

// reportDay is the last day for a month's report, by the policy of that month.
func reportDay(month string, all oracle, t time.Time, now thresholds) string {
	end := midnight(nextMonth(month) + "-01").Add(-time.Millisecond)
	if end.Before(t) {
		if p, ok := all.policy(end); ok {
			now = p
		}
	}
	n := now.reportLast
	for d := day(end); ; d = yesterday(d) {
		if worked(d) {
			n--
		}
		if n == 0 {
			return d
		}
	}
}

func nextMonth(m string) string { return day(midnight(m + "-28").Add(5 * 24 * time.Hour))[:7] }

func (p thresholds) slow(f projections.Figures) bool {
	return f.Gap > p.gap || int(f.LateDays) > p.late || p.missed && f.ReportsMissed >= 1
}

// judge is a task's light and figures at an instant.
func (o oracle) judge(task ledger.TaskID, t time.Time) (ledger.Light, projections.Figures, bool) {
	p, ok := o.policy(t)
	if !ok {
		return ledger.Grey, projections.Figures{}, false
	}
	mine := o.of(task)
	f := mine.figures(o, t, p)

	assigned := "9999"
	for _, s := range mine {
		if s.Kind == "task.assigned.v1" {
			assigned = day(s.at)[:7]
		}
	}
	for month := day(t)[:7]; month > assigned; {
		end := midnight(month + "-01").Add(-time.Millisecond) // of the month before
		month = day(end)[:7]
		then, ok := o.policy(end)
		if !ok || mine.state(end) != "" || !then.slow(mine.figures(o, end, then)) {
			break
		}
		f.SlowMonths++
	}

	slow := p.slow(f) && mine.state(t) == ""
	switch {
	case f.Closed:
		return ledger.Blue, f, slow
	case f.Suspended:
		return ledger.Grey, f, slow
	case f.Gap > 30 || f.SlowMonths >= 2 || f.LateDays > 60 || f.FalseReport:
		return ledger.Red, f, slow
	case p.slow(f):
		return ledger.Yellow, f, slow
	case f.Due == 0:
		return ledger.Grey, f, slow
	}
	return ledger.Green, f, slow
}
