package tables

import (
	"fmt"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"

	ics "github.com/arran4/golang-ical"
)

// Deadline (时限) is a day by which something is owed.
type Deadline struct {
	ID     string        `json:"id"` // the same for the same thing, whenever it is asked for
	Day    ledger.Date   `json:"day"`
	Unit   ledger.UnitID `json:"unit"`
	Task   ledger.TaskID `json:"task,omitempty"`
	Text   string        `json:"text"`
	Since  time.Time     `json:"since"` // when that day was set
	Record uint64        `json:"record,omitempty"`
}

// Deadlines are what is owed from an instant on: milestones that are open, monthly
// reports to the end of the term as far as the calendar in force reaches, answers to
// directives, reviews that may be asked for, looks at cards. A unit's own, or all.
func Deadlines(c *projections.Campaign, unit ledger.UnitID, at time.Time, l projections.Lang) []Deadline {
	list := []Deadline{}
	today := ledger.DateOf(at)
	add := func(kind string, d ledger.Date, u ledger.UnitID, t ledger.TaskID, s projections.Stamp, format string, args ...any) {
		if d != "" && (unit == "" || u == unit) {
			list = append(list, Deadline{ID: kind, Day: d, Unit: u, Task: t, Text: fmt.Sprintf(format, args...), Since: s.At, Record: s.Sequence})
		}
	}
	policy, ok := c.Charter.PolicyAt(at)
	for _, t := range c.TaskList() {
		life := t.LifeAt(at)
		if t.Assigned.At.After(at) || life == projections.Closed || life == projections.Suspended {
			continue
		}
		for i := range t.Milestones {
			m := &t.Milestones[i]
			if due := m.DueAt(at); !m.At.After(at) && (m.Reached == nil || m.Reached.At.After(at)) {
				add(fmt.Sprintf("milestone-%s-%s", t.ID, m.ID), due.Date, t.Lead, t.ID, due.Stamp, l.Pick("节点:%s %s", "milestone: %s %s"), t.NameAt(at), m.Name)
			}
		}
		for m := today.Month(); ok && m <= c.Charter.To.Month(); m = m.Add(1) {
			due, err := projections.CalendarOf(policy.PolicyAdopted).LastOf(m, policy.Clocks.ReportLast)
			if err != nil {
				break // the calendar of that year is not known yet
			}
			if t.ReportFor(m, at) == nil {
				add(fmt.Sprintf("report-%s-%s", t.ID, m), due, t.Lead, t.ID, policy.Stamp, l.Pick("月报:%s %s", "monthly report: %s %s"), t.NameAt(at), m)
			}
		}
	}
	for _, d := range c.DirectiveList(projections.DirectiveQuery{Open: true}, at) {
		add("directive-"+d.ID.String(), d.Due, d.Unit, d.Task, projections.Stamp{At: d.Issued, Sequence: d.Sequence}, l.Pick("交办(第 %d 条):%s", "directive (record %d): %s"), d.Sequence, l.DirectiveWords(d.State))
	}
	for _, x := range c.CardList(at) {
		if x.State != projections.CardInForce {
			continue
		}
		add("card-review-"+x.Proposal.String(), x.ReviewBy, x.Unit, x.Task, x.Proposed, l.Pick("可申请复核至此日:%s", "a review may be asked for until this day: %s"), x.Name)
		add("card-look-"+x.Proposal.String(), x.LookBy, x.Unit, x.Task, x.Proposed, l.Pick("赋牌复查:%s", "a look at the card: %s"), x.Name)
		add("card-until-"+x.Proposal.String(), x.Until, x.Unit, x.Task, x.Proposed, l.Pick("赋牌期限:%s", "the card's term: %s"), x.Name)
	}
	return list
}

// Calendar puts deadlines into iCalendar (RFC 5545): all-day events, each with an id
// that stays, so that a calendar that subscribes moves what was moved.
func Calendar(campaign ledger.LocalID, title string, deadlines []Deadline) []byte {
	cal := ics.NewCalendarFor("ducha")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(title)
	cal.SetXWRTimezone("Asia/Shanghai")
	for _, d := range deadlines {
		e := cal.AddEvent(strings.ToLower(d.ID) + "@" + string(campaign) + ".ducha")
		e.SetDtStampTime(d.Since.UTC())
		start := d.Day.Start()
		e.SetAllDayStartAt(start)
		e.SetAllDayEndAt(start.AddDate(0, 0, 1))
		e.SetSummary(d.Text)
		if d.Record > 0 {
			e.SetDescription(fmt.Sprintf("%s %s %s %d", d.Unit, d.Task, campaign, d.Record))
		}
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}
