package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// ReviewTarget (目标) is a target of a task at the end of the period, read after its
// shape (see [TargetStatus]): what the readings claim and what others found of them
// stand apart. Its words are left to the statement that set it.
type ReviewTarget struct {
	Target   ledger.LocalID     `json:"id"`
	Shape    ledger.TargetShape `json:"shape"`
	Op       string             `json:"op,omitempty"`
	Value    *float64           `json:"value,omitempty"`
	Set      uint64             `json:"set"`
	Claimed  TargetState        `json:"claimed"`
	Verified TargetState        `json:"verified"`
	Reported Tally              `json:"reported"` // readings of the period
	Judged   Tally              `json:"judged"`   // judgements of the period
	Readings []ReviewReading    `json:"readings,omitempty"`
}

// ReviewReading is the last reading of one thing that a target measures; which thing
// its statement says.
type ReviewReading struct {
	Sequence uint64         `json:"sequence"`
	Measure  ledger.LocalID `json:"measure,omitempty"`
	Year     int            `json:"year,omitzero"`
	Value    float64        `json:"value"`
	Met      *bool          `json:"met,omitempty"` // of what is passed or not
	AsOf     ledger.Date    `json:"as_of"`
	Judged   *ReviewJudged  `json:"judged,omitempty"` // the last word on it
	From     []uint64       `json:"from"`
}

// ReviewJudged is what somebody other than the reporter found.
type ReviewJudged struct {
	Holds bool    `json:"holds"`
	Value float64 `json:"value"`
	Met   *bool   `json:"met,omitempty"`
}

func (v *reviewer) targets(t *Task) []ReviewTarget {
	var list []ReviewTarget
	end := v.end.End()
	for i := range t.Targets {
		x := &t.Targets[i]
		if !x.by(end) {
			continue
		}
		s := v.targetAt(t, x, end)
		r := ReviewTarget{Target: x.Target, Shape: x.Shape, Op: string(x.Op), Value: x.Value, Set: x.Sequence, Claimed: s.Claimed, Verified: s.Verified}
		for j := range x.Readings {
			v.tally(&r.Reported, &x.Readings[j].Stamp)
			for k := range x.Readings[j].Judged {
				v.tally(&r.Judged, &x.Readings[j].Judged[k].Stamp)
			}
		}
		for _, y := range s.Readings {
			row := ReviewReading{Sequence: y.Record, Measure: ledger.LocalID(y.Measure), Year: y.Year, Value: y.Value, Met: y.Met, AsOf: y.AsOf, From: union(nil, y.Record)}
			if j := y.Judged; j != nil {
				row.Judged = &ReviewJudged{Holds: j.Holds, Value: j.Value, Met: j.Met}
				row.From = union(row.From, j.Record)
			}
			r.Readings = append(r.Readings, row)
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b ReviewTarget) int { return cmp.Compare(a.Target, b.Target) })
	return list
}

// rests are the statements that a target's states come from.
func (r *ReviewTarget) rests() []uint64 {
	from := []uint64{r.Set}
	for _, x := range r.Readings {
		from = union(from, x.From...)
	}
	return from
}

var reviewTargets = []TargetState{TargetMet, TargetRunning, TargetNotMet, TargetNoEvidence, TargetUnset}
