package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// LatestAt is the report that stands for the latest month at an instant, nil when none
// does.
func (t *Task) LatestAt(at time.Time) *Report {
	var last *Report
	for i := range t.Reports {
		if r := &t.Reports[i]; r.standsAt(at) && (last == nil || r.Period >= last.Period) {
			last = r
		}
	}
	return last
}

// DisputedAt is what responsible units dispute of a report at an instant: of each its
// last word, in the order of their ids. The lead unit's claim stands beside it: who is
// right is found on the spot.
func (r *Report) DisputedAt(at time.Time) []Part {
	last := map[ledger.PartyID]Part{}
	for _, p := range r.Parts {
		if p.by(at) {
			last[p.By] = p
		}
	}
	var list []Part
	for _, p := range last {
		if !p.Agrees {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Part) int { return cmp.Compare(a.By, b.By) })
	return list
}

// RelapsedAt is the last look after closing (回头看), where it found that the task has
// slid back and nobody has opened it again by an instant.
func (t *Task) RelapsedAt(at time.Time) *Stamp {
	if t.LifeAt(at) != Closed {
		return nil
	}
	closed := time.Time{}
	for _, turn := range t.Life {
		if turn.by(at) && turn.Life == Closed {
			closed = turn.At
		}
	}
	var last *Recheck
	for i := range t.Rechecks {
		if r := &t.Rechecks[i]; r.by(at) && !r.At.Before(closed) {
			last = r
		}
	}
	if last == nil || !last.Relapsed {
		return nil
	}
	return &last.Stamp
}
