package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// Request (要求事项) is one thing that the headquarters or an inspection asked of a
// unit: 为基层减负 asks that these be few, and that nothing be asked twice. Monthly
// reports are not among them: they are owed to everybody alike, by the plan.
type Request struct {
	What     Asking         `json:"what"`
	Sequence uint64         `json:"sequence"`
	On       ledger.Date    `json:"on"`
	By       ledger.PartyID `json:"by"`
	Unit     ledger.UnitID  `json:"unit"`
	Task     ledger.TaskID  `json:"task,omitempty"`
}

// Asking is what kind of thing was asked.
type Asking string

const (
	AskedDirective  Asking = "directive"  // 交办督办
	AskedReminder   Asking = "reminder"   // 催办
	AskedReturn     Asking = "return"     // 退回: a report, a plan, an answer or a rectification to be made again
	AskedMeeting    Asking = "meeting"    // 会议: called to it, come or not
	AskedTalk       Asking = "talk"       // 约谈
	AskedInspection Asking = "inspection" // 督查: a day on which an inspection found or checked something
)

// Askings are all kinds, in the order in which they are shown.
var Askings = []Asking{AskedDirective, AskedReminder, AskedReturn, AskedMeeting, AskedTalk, AskedInspection}

// UnitBurden (基层负担) is what was asked of a unit, month by month.
type UnitBurden struct {
	Unit   ledger.UnitID `json:"unit"`
	Name   string        `json:"name"`
	NameEN string        `json:"name_en,omitempty"`
	Total  int           `json:"total"`
	Months []BurdenMonth `json:"months"` // those in which something was asked
}

// BurdenMonth is what was asked of a unit in a month.
type BurdenMonth struct {
	Month    ledger.Month   `json:"month"`
	Total    int            `json:"total"`
	By       map[Asking]int `json:"by"`
	Requests []Request      `json:"requests"`
}

// Requests lists what was asked of units by an instant, in order.
func (c *Campaign) Requests(at time.Time) []Request {
	var list []Request
	add := func(what Asking, s *Stamp, on ledger.Date, unit ledger.UnitID, task ledger.TaskID) {
		if s.was(at) {
			list = append(list, Request{what, s.Sequence, cmp.Or(on, ledger.DateOf(s.At)), s.By, unit, task})
		}
	}
	for _, d := range c.Directives {
		add(AskedDirective, &d.Stamp, "", d.Unit, d.Task)
		for i := range d.Returns {
			add(AskedReturn, &d.Returns[i], "", d.Unit, d.Task)
		}
	}
	for i := range c.Escalations.Reminders {
		r := &c.Escalations.Reminders[i]
		add(AskedReminder, &r.Stamp, "", r.Unit, r.Task)
	}
	for i := range c.Escalations.Talks {
		t := &c.Escalations.Talks[i]
		add(AskedTalk, &t.Stamp, t.TalkHeld.On, t.Unit, t.Task)
	}
	for _, r := range c.Escalations.Repairs {
		add(AskedReturn, r.Returned, "", r.Unit, r.Task)
	}
	for _, t := range c.Tasks {
		for i := range t.Reports {
			add(AskedReturn, t.Reports[i].Returned, "", t.Lead, t.ID)
		}
	}
	for unit, plans := range c.Units.Plans {
		for i := range plans {
			add(AskedReturn, plans[i].Returned, "", unit, "")
		}
	}
	for i := range c.Charter.Meetings {
		m := &c.Charter.Meetings[i]
		for _, u := range slices.Concat(m.Attended, m.Absent) {
			add(AskedMeeting, &m.Stamp, m.On, u, "")
		}
	}
	for _, i := range c.Inspections {
		visits := map[visit]bool{}
		for n := range i.Findings {
			f := &i.Findings[n]
			if v := (visit{f.Unit, ledger.DateOf(f.At)}); !visits[v] {
				visits[v] = true
				add(AskedInspection, &f.Stamp, v.day, f.Unit, f.Task)
			}
		}
	}
	slices.SortFunc(list, func(a, b Request) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Sequence, b.Sequence), cmp.Compare(a.Unit, b.Unit))
	})
	return list
}

type visit struct {
	unit ledger.UnitID
	day  ledger.Date
}

// Burden sums up what was asked of units by an instant: of one, or of every unit
// when none is named.
func (c *Campaign) Burden(unit ledger.UnitID, at time.Time) []UnitBurden {
	units := c.UnitList()
	if unit != "" {
		units = []ledger.UnitID{unit}
	}
	requests := c.Requests(at)
	list := []UnitBurden{}
	for _, u := range units {
		p, _ := c.Units.Unit(u)
		b := UnitBurden{Unit: u, Name: p.NameAt(ledger.DateOf(at)), NameEN: p.NameEN, Months: []BurdenMonth{}}
		for _, r := range requests {
			if r.Unit == u {
				b.add(r)
			}
		}
		list = append(list, b)
	}
	return list
}

// add adds a request; they come in the order of their days.
func (b *UnitBurden) add(r Request) {
	m := r.On.Month()
	if n := len(b.Months); n == 0 || b.Months[n-1].Month != m {
		b.Months = append(b.Months, BurdenMonth{Month: m, By: map[Asking]int{}})
	}
	last := &b.Months[len(b.Months)-1]
	last.Requests = append(last.Requests, r)
	last.By[r.What]++
	last.Total++
	b.Total++
}
