package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// A review's data leave the words of milestones and targets to the statements that
// say them: here they are looked up, unless they were sealed since.

// milestone is a milestone's name.
func (v *review) milestone(task ledger.TaskID, id ledger.LocalID) string {
	if t := v.Campaign.Tasks[task]; t != nil {
		if m := t.Milestone(id); m != nil {
			return v.shown(m.Stamp.ID, m.Name)
		}
	}
	return clean(string(id))
}

// set is the statement of a target; an empty one where it was sealed.
func (v *review) set(task ledger.TaskID, x projections.ReviewTarget) projections.Target {
	if t := v.Campaign.Tasks[task]; t != nil {
		for _, y := range t.Targets {
			if y.Target == x.Target && !v.sealed[y.ID] {
				return y
			}
		}
	}
	return projections.Target{}
}

// subject is what a target is about.
func (v *review) subject(task ledger.TaskID, x projections.ReviewTarget) string {
	if s := v.set(task, x); s.Subject != "" {
		return clean(string(s.Subject))
	}
	return v.hidden()
}

// goal is a target's direction and number.
func (v *review) goal(task ledger.TaskID, x projections.ReviewTarget) string {
	text := v.word(string(x.Shape))
	if x.Op != "" && x.Value != nil {
		text += v.T(":", ": ") + v.word(x.Op) + " " + plainNumber(*x.Value) + clean(string(v.set(task, x).Unit))
	}
	return text
}

// readings are the last readings of a target in words.
func (v *review) readings(task ledger.TaskID, x projections.ReviewTarget) []string {
	set := v.set(task, x)
	unit := clean(string(set.Unit))
	var list []string
	for _, r := range x.Readings {
		text := v.thing(set, r)
		if r.Year > 0 {
			text += fmt.Sprintf(" %d", r.Year)
		}
		text = strings.TrimSpace(text+" "+v.read(r.Value, r.Met, unit)) + fmt.Sprintf(v.T("（%s）", " (%s)"), r.AsOf)
		if r.Judged != nil {
			text += v.T(",", ", ") + v.judged(*r.Judged, unit)
		}
		list = append(list, text)
	}
	return list
}

// thing is what a reading is of: a measure of the target, a zone, a county.
func (v *review) thing(set projections.Target, r projections.ReviewReading) string {
	name := ""
	for _, m := range set.Measures {
		if m.ID == r.Measure {
			name = clean(string(m.Name))
		}
	}
	name = cmp.Or(name, string(r.Measure))
	for _, y := range set.Readings {
		if y.Sequence == r.Sequence && y.Of != "" {
			name += " " + v.shown(y.ID, string(y.Of))
		}
	}
	return strings.TrimSpace(name)
}

func (v *review) judged(j projections.ReviewJudged, unit string) string {
	if j.Holds {
		return v.T("核定属实", "judged to hold")
	}
	return v.T("核定不符:", "judged not to hold: ") + v.read(j.Value, j.Met, unit)
}

// read is a reading's value: of what is passed or not, whether it was.
func (v *review) read(x float64, met *bool, unit string) string {
	switch {
	case met != nil && *met:
		return v.T("达到", "met")
	case met != nil:
		return v.T("未达到", "not met")
	}
	return plainNumber(x) + unit
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
