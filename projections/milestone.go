package projections

import (
	"time"

	"ducha/ledger"
)

// MilestoneStatus (节点状态) is a milestone as it stands at an instant: what was promised
// first, every later date that an extension gave it, and what came of it.
type MilestoneStatus struct {
	ID       ledger.LocalID `json:"milestone"`
	Name     string         `json:"name"`
	Percent  float64        `json:"percent"`
	Set      Stamp          `json:"set"`
	Dues     []Due          `json:"dues"` // the first promised first, the one in force last
	Due      ledger.Date    `json:"due"`  // in force
	Reached  *Stamp         `json:"reached,omitempty"`
	On       ledger.Date    `json:"on,omitempty"`        // when the unit says that it was reached
	Verified *Stamp         `json:"verified,omitempty"`  // the first word on the spot that finds its share done
	LateDays int            `json:"late_days,omitempty"` // calendar days past its date: reached so late, or not reached yet
}

// First is the date that was promised first.
func (m MilestoneStatus) First() ledger.Date { return m.Dues[0].Date }

// Over reports whether its date has passed without its being reached.
func (m MilestoneStatus) Over() bool { return m.Reached == nil && m.LateDays > 0 }

// MilestonesAt lists a task's milestones that were set by an instant, in the order in
// which they were set.
func (t *Task) MilestonesAt(at time.Time) []MilestoneStatus {
	var list []MilestoneStatus
	for i := range t.Milestones {
		if m := &t.Milestones[i]; m.by(at) {
			list = append(list, t.milestoneAt(m, at))
		}
	}
	return list
}

func (t *Task) milestoneAt(m *Milestone, at time.Time) MilestoneStatus {
	s := MilestoneStatus{ID: m.ID, Name: m.Name, Percent: m.Percent, Set: m.Stamp, Reached: past(m.Reached, at)}
	for _, d := range m.Dues {
		if d.by(at) {
			s.Dues = append(s.Dues, d)
		}
	}
	s.Due = s.Dues[len(s.Dues)-1].Date
	until := ledger.DateOf(at)
	if s.Reached != nil {
		s.On, until = m.On, m.On
	}
	s.LateDays = max(0, until.DaysSince(s.Due))
	for _, r := range t.Reports {
		for _, say := range r.Says {
			if onTheSpot(say) && say.by(at) && say.Percent >= m.Percent && (s.Verified == nil || say.Sequence < s.Verified.Sequence) {
				stamp := say.Stamp
				s.Verified = &stamp
			}
		}
	}
	return s
}

// Suspensions are the spans in which the task was suspended (中止), up to an instant.
func (t *Task) Suspensions(at time.Time) []Span {
	var spans []Span
	for i, turn := range t.Life {
		if turn.Life != Suspended || !turn.by(at) {
			continue
		}
		s := Span{From: turn.At, To: at}
		if end := turn.Until.End(); turn.Until != "" && end.Before(s.To) {
			s.To = end
		}
		for _, next := range t.Life[i+1:] {
			if next.by(at) && next.At.Before(s.To) {
				s.To = next.At
			}
		}
		spans = append(spans, s)
	}
	return joined(spans)
}
