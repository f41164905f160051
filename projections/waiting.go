package projections

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
)

// What a blocker (难点堵点) waits for is counted in three ways, apart: days on which
// the headquarters had not decided on it; days since it was accepted, in which the
// task's clock stands still; and of these the days that it waits on a body outside
// the headquarters, which neither the unit nor the headquarters can hurry.

// WaitsOn is on whom a blocker waits.
type WaitsOn string

const (
	OnDecision WaitsOn = "decision" // 待研究: on the headquarters, to decide
	OnHelp     WaitsOn = "help"     // 已受理: on whoever was asked
	OnOutside  WaitsOn = "outside"  // 等待外部机关
	OnNobody   WaitsOn = "nobody"   // cleared, or turned down
)

// outside says whether a blocker waits on a body outside the headquarters: one that
// it names, or an authority that it asks.
func (b *Blocker) outside() bool {
	return b.Outside != "" || strings.HasPrefix(string(b.Asks), "authorities/")
}

// undecided is the span for which the headquarters has not decided on a blocker.
func (b *Blocker) undecided(at time.Time) Span {
	s := Span{From: b.At, To: at}
	for _, end := range []*Stamp{b.Decided, b.Cleared} {
		if end.was(at) && end.At.Before(s.To) {
			s.To = end.At
		}
	}
	return s
}

// accepted is the span for which an accepted blocker has held the task up.
func (b *Blocker) accepted(at time.Time) Span {
	if !b.Accepted || !b.Decided.was(at) {
		return Span{}
	}
	s := Span{From: b.Decided.At, To: at}
	if b.Cleared.was(at) {
		s.To = b.Cleared.At
	}
	return s
}

// joined puts spans in their order and joins those that overlap; empty ones are left out.
func joined(spans []Span) []Span {
	spans = slices.DeleteFunc(spans, func(s Span) bool { return !s.From.Before(s.To) })
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	var list []Span
	for _, s := range spans {
		if n := len(list); n > 0 && !s.From.After(list[n-1].To) {
			if s.To.After(list[n-1].To) {
				list[n-1].To = s.To
			}
			continue
		}
		list = append(list, s)
	}
	return list
}

// days counts the whole days of spans.
func days(spans []Span) int64 {
	var total time.Duration
	for _, s := range joined(spans) {
		total += s.To.Sub(s.From)
	}
	return int64(total / (24 * time.Hour))
}

// blockers works out the figures of waiting on the headquarters' decision and on
// bodies outside it.
func (r *reckoning) blockers() {
	var undecided, outside []Span
	for i := range r.task.Blockers {
		b := &r.task.Blockers[i]
		if !b.by(r.at) {
			continue
		}
		if s := b.undecided(r.at); s.From.Before(s.To) || !b.Decided.was(r.at) && !b.Cleared.was(r.at) {
			undecided = append(undecided, s)
			r.from("undecided_days", b.Stamp)
		}
		if !b.Decided.was(r.at) && !b.Cleared.was(r.at) {
			r.figures.Undecided = true
			r.from("undecided", b.Stamp)
		}
		if b.outside() && b.Accepted && b.Decided.was(r.at) {
			outside = append(outside, b.accepted(r.at))
			r.from("outside_days", *b.Decided)
			if !b.Cleared.was(r.at) {
				r.figures.Outside = true
				r.from("outside", *b.Decided)
			}
		}
	}
	r.figures.UndecidedDays, r.figures.OutsideDays = days(undecided), days(outside)
}

// BlockerStatus (难点状态) is a blocker as it stands at an instant.
type BlockerStatus struct {
	ID            ledger.Ref     `json:"id"`
	Sequence      uint64         `json:"sequence"`
	Task          ledger.TaskID  `json:"task"`
	Unit          ledger.UnitID  `json:"unit"`
	By            ledger.PartyID `json:"by"`
	Raised        ledger.Date    `json:"raised"`
	What          string         `json:"what"`
	Asks          ledger.PartyID `json:"asks"`
	Outside       string         `json:"outside,omitempty"`
	WantedBy      ledger.Date    `json:"wanted_by,omitempty"`
	WaitsOn       WaitsOn        `json:"waits_on"`
	Decided       *Stamp         `json:"decided,omitempty"`
	Accepted      bool           `json:"accepted,omitzero"`
	Cleared       *Stamp         `json:"cleared,omitempty"`
	UndecidedDays int64          `json:"undecided_days"` // the headquarters'
	WaitedDays    int64          `json:"waited_days"`    // accepted: the clock stood still
	Late          bool           `json:"late,omitzero"`  // not cleared, and past the day by which it was wanted
}

// BlockerList lists the blockers that were raised by an instant, in their order: of one
// unit's tasks, or of all when none is named; only those that wait when open is set.
func (c *Campaign) BlockerList(unit ledger.UnitID, open bool, at time.Time) []BlockerStatus {
	list := []BlockerStatus{}
	for _, t := range c.TaskList() {
		if unit != "" && t.Lead != unit {
			continue
		}
		for i := range t.Blockers {
			b := &t.Blockers[i]
			if !b.by(at) {
				continue
			}
			if s := b.status(t, at); !open || s.WaitsOn != OnNobody {
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, func(a, b BlockerStatus) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}

func (b *Blocker) status(t *Task, at time.Time) BlockerStatus {
	s := BlockerStatus{ID: b.ID, Sequence: b.Sequence, Task: t.ID, Unit: t.Lead, By: b.By, Raised: ledger.DateOf(b.At), What: string(b.What), Asks: b.Asks,
		Outside: string(b.Outside), WantedBy: b.WantedBy, UndecidedDays: days([]Span{b.undecided(at)}), WaitedDays: days([]Span{b.accepted(at)})}
	if b.Decided.was(at) {
		s.Decided, s.Accepted = b.Decided, b.Accepted
	}
	if b.Cleared.was(at) {
		s.Cleared = b.Cleared
	}
	switch {
	case s.Cleared != nil || s.Decided != nil && !s.Accepted:
		s.WaitsOn = OnNobody
	case s.Decided == nil:
		s.WaitsOn = OnDecision
	case b.outside():
		s.WaitsOn = OnOutside
	default:
		s.WaitsOn = OnHelp
	}
	s.Late = s.WaitsOn != OnNobody && b.WantedBy != "" && at.After(b.WantedBy.End())
	return s
}
