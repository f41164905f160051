package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// ReviewTarget (目标) is a target of a task with its last readings, claim and
// verification apart.
type ReviewTarget struct {
	Target   ledger.LocalID     `json:"id"`
	Shape    ledger.TargetShape `json:"shape"`
	Op       string             `json:"op,omitempty"`
	Value    *float64           `json:"value,omitempty"`
	Set      uint64             `json:"set"`
	State    TargetWord         `json:"state"`
	Reported Tally              `json:"reported"` // readings of the period
	Judged   Tally              `json:"judged"`   // judgements of the period
	Readings []ReviewReading    `json:"readings,omitempty"`
}

// TargetWord says what is known of a target at the end of the period.
type TargetWord string

const (
	TargetUnread   TargetWord = "no-reading" // 无读数: no evidence
	TargetClaimed  TargetWord = "claimed"    // 已报送,未核定
	TargetVerified TargetWord = "verified"   // 已核定: every last reading holds
	TargetDisputed TargetWord = "disputed"   // 核定不符: some last reading does not hold
)

// ReviewReading is the last reading of one thing that a target measures.
type ReviewReading struct {
	Sequence uint64         `json:"sequence"`
	Measure  ledger.LocalID `json:"measure,omitempty"`
	Year     int            `json:"year,omitzero"`
	Value    float64        `json:"value"`
	Met      *bool          `json:"met,omitempty"`
	AsOf     ledger.Date    `json:"as_of"`
	Judged   *ReviewJudged  `json:"judged,omitempty"` // the last word on it
	From     []uint64       `json:"from"`

	of string // which thing it is of: a word of the statement, which a review leaves to it
}

// ReviewJudged is what somebody other than the reporter found.
type ReviewJudged struct {
	Holds bool     `json:"holds"`
	Value *float64 `json:"value,omitempty"`
	Met   *bool    `json:"met,omitempty"`
}

func (v *reviewer) targets(t *Task) []ReviewTarget {
	var list []ReviewTarget
	end := v.end.End()
	for i := range t.Targets {
		x := &t.Targets[i]
		if !x.by(end) {
			continue
		}
		r := ReviewTarget{Target: x.Target, Shape: x.Shape, Op: string(x.Op), Value: x.Value,
			Set: x.Sequence, State: TargetUnread}
		for j := range x.Readings {
			reading := &x.Readings[j]
			v.tally(&r.Reported, &reading.Stamp)
			for k := range reading.Judged {
				v.tally(&r.Judged, &reading.Judged[k].Stamp)
			}
			if reading.by(end) {
				r.take(v.reading(reading))
			}
		}
		slices.SortStableFunc(r.Readings, func(a, b ReviewReading) int {
			return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.of, b.of), cmp.Compare(a.Year, b.Year))
		})
		r.State = r.stands()
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b ReviewTarget) int { return cmp.Compare(a.Target, b.Target) })
	return list
}

func (v *reviewer) reading(r *Reading) ReviewReading {
	x := ReviewReading{Sequence: r.Sequence, Measure: r.Measure, of: string(r.Of), Year: r.Year, Value: r.Value, Met: r.Met, AsOf: r.AsOf, From: union(nil, r.Sequence)}
	for _, j := range r.Judged {
		if j.by(v.end.End()) {
			x.Judged = &ReviewJudged{Holds: j.Holds, Value: j.Value, Met: j.Met}
			x.From = union(x.From, j.Sequence)
		}
	}
	return x
}

// take keeps of each thing the reading of the latest day, of one day the one that was
// said last.
func (r *ReviewTarget) take(x ReviewReading) {
	for i, have := range r.Readings {
		if have.Measure == x.Measure && have.of == x.of && have.Year == x.Year {
			if x.AsOf >= have.AsOf {
				r.Readings[i] = x
			}
			return
		}
	}
	r.Readings = append(r.Readings, x)
}

func (r *ReviewTarget) stands() TargetWord {
	state := TargetUnread
	for _, x := range r.Readings {
		switch {
		case x.Judged == nil && state != TargetDisputed:
			state = TargetClaimed
		case x.Judged != nil && !x.Judged.Holds:
			state = TargetDisputed
		case state == TargetUnread:
			state = TargetVerified
		}
	}
	return state
}

// rests are the statements that a target's state comes from.
func (r *ReviewTarget) rests() []uint64 {
	from := []uint64{r.Set}
	for _, x := range r.Readings {
		from = union(from, x.From...)
	}
	return from
}

var targetWords = []TargetWord{TargetVerified, TargetClaimed, TargetDisputed, TargetUnread}
