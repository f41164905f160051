package projections

import (
	"slices"
	"time"

	"ducha/ledger"
)

// ListStatus (清单) is the list of a year, with each version and what changed.
type ListStatus struct {
	Year     int           `json:"year"`
	Versions []ListVersion `json:"versions"`        // the first one first
	Since    []ListChange  `json:"since,omitempty"` // in the open, after the last freeze
}

// ListVersion is a list as it was frozen.
type ListVersion struct {
	Record  uint64          `json:"record"`
	At      time.Time       `json:"at"`
	By      ledger.PartyID  `json:"by"`
	Basis   string          `json:"basis"`
	Reason  string          `json:"reason,omitempty"`
	Tasks   []ledger.TaskID `json:"tasks"`
	Added   []ledger.TaskID `json:"added,omitempty"`
	Removed []ledger.TaskID `json:"removed,omitempty"`
}

// ListChange is what was done to the tasks of a frozen list since.
type ListChange struct {
	Record uint64         `json:"record"`
	At     time.Time      `json:"at"`
	By     ledger.PartyID `json:"by"`
	Task   ledger.TaskID  `json:"task"`
	Kind   ledger.Kind    `json:"kind"`
	Text   string         `json:"text"`
}

// ListHistory gives the lists of every year as they stood at an instant: a frozen
// list is the yardstick, and whatever changed since shows.
func (c *Campaign) ListHistory(at time.Time) []ListStatus {
	out := []ListStatus{}
	for _, l := range c.Charter.Lists {
		if !l.by(at) {
			continue
		}
		i := slices.IndexFunc(out, func(s ListStatus) bool { return s.Year == l.Year })
		if i < 0 {
			out = append(out, ListStatus{Year: l.Year})
			i = len(out) - 1
		}
		v := ListVersion{Record: l.Sequence, At: l.At, By: l.By, Basis: string(l.Basis), Reason: string(l.Reason), Tasks: l.Tasks}
		if n := len(out[i].Versions); n > 0 {
			before := out[i].Versions[n-1].Tasks
			v.Added, v.Removed = lacking(l.Tasks, before), lacking(before, l.Tasks)
		}
		out[i].Versions = append(out[i].Versions, v)
	}
	slices.SortFunc(out, func(a, b ListStatus) int { return a.Year - b.Year })
	for i := range out {
		out[i].Since = c.since(out[i], at)
	}
	return out
}

// lacking are those of a that b has not.
func lacking(a, b []ledger.TaskID) (out []ledger.TaskID) {
	for _, id := range a {
		if !slices.Contains(b, id) {
			out = append(out, id)
		}
	}
	return out
}

func (c *Campaign) since(l ListStatus, at time.Time) []ListChange {
	frozen := l.Versions[len(l.Versions)-1]
	var out []ListChange
	add := func(s Stamp, t *Task, kind ledger.Kind, text string) {
		if s.by(at) && s.Sequence > frozen.Record && s.At.In(ledger.Shanghai).Year() == l.Year {
			out = append(out, ListChange{s.Sequence, s.At, s.By, t.ID, kind, text})
		}
	}
	for _, t := range c.TaskList() {
		if !slices.Contains(frozen.Tasks, t.ID) {
			add(t.Assigned, t, "task.assigned.v1", string(t.Given.Name))
			continue
		}
		for _, a := range t.Amended {
			add(a.Stamp, t, "task.amended.v1", string(a.What))
		}
		for _, m := range t.Milestones {
			add(m.Stamp, t, "milestone.set.v1", m.Name+" "+string(m.Dues[0].Date))
			for _, d := range m.Dues[1:] {
				add(d.Stamp, t, "extension.decided.v1", m.Name+" "+string(m.Dues[0].Date)+" → "+string(d.Date))
			}
		}
	}
	slices.SortFunc(out, func(a, b ListChange) int { return int(a.Record) - int(b.Record) })
	return out
}
