package commands

import (
	"errors"
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// meetingHeld: plan 四(二). The office calls the monthly meeting; the commander,
// or the executive deputy when asked to, calls the others; a deputy calls none.
func (a *admission) meetingHeld(b *ledger.MeetingHeld) error {
	if err := a.duringTerm(b.On); err != nil {
		return err
	}
	if err := a.convenes(b.Tier); err != nil {
		return err
	}
	if err := a.delegatedOn(b.On); err != nil {
		return err
	}
	for _, u := range slices.Concat(b.Attended, b.Absent) {
		if _, ok := a.Units.Unit(u); !ok {
			return unknownUnit(u)
		}
		if slices.Contains(b.Attended, u) && slices.Contains(b.Absent, u) {
			return ledger.Refuse("meeting.attendance", fmt.Sprintf("%s both attended and was absent", u), "each unit once")
		}
	}
	for _, m := range a.Charter.Meetings {
		if b.Tier == ledger.TierMonthly && m.Tier == b.Tier && m.On.Month() == b.On.Month() {
			return ledger.Refuse("meeting.once", fmt.Sprintf("the monthly meeting of %s was held as record %d", b.On.Month(), m.Sequence), "one monthly meeting a month; tier as-needed for another")
		}
	}
	if err := a.packOf(b); err != nil {
		return err
	}
	return errors.Join(a.settled(b.Items), a.done(b.Done))
}

// convenes: plan 四(二). The office calls the monthly meeting; the commander, or the
// executive deputy when asked to, calls the others; a deputy calls none.
func (a *admission) convenes(tier ledger.MeetingTier) error {
	switch {
	case tier == ledger.TierMonthly && !a.speaksAs(Office):
		return ledger.Forbid("meeting.monthly", fmt.Sprintf("a monthly meeting called by %s", a.Source), "one called by the office (plan 四(二))")
	case tier == ledger.TierAsNeeded && !a.speaksAs(Commander) && !a.speaksAs(Delegate):
		return ledger.Forbid("meeting.as-needed", fmt.Sprintf("a dispatch meeting called by %s", a.Source), "one called by the commander, or by the executive deputy under a delegation (plan 四(二))")
	}
	return nil
}

// delegatedOn: who holds a meeting by a delegation had it on the day of the meeting.
func (a *admission) delegatedOn(d ledger.Date) error {
	if a.speaksAs(Office) || a.speaksAs(Commander) || a.Charter.DelegatedOn(a.Source, d) {
		return nil
	}
	return ledger.Forbid("meeting.as-needed", fmt.Sprintf("a dispatch meeting of %s called by %s, to whom no delegation was given for that day", d, a.Source), "one on a day of the delegation, or called by the commander (plan 四(二))")
}

// meetingPacked: what a meeting has before it stands still at its cut-off.
func (a *admission) meetingPacked(b *ledger.MeetingPacked) error {
	if err := a.convenes(b.Tier); err != nil {
		return err
	}
	switch last := uint64(len(a.Index.Statements)); {
	case b.Records > last:
		return ledger.Refuse("meeting.sequence", fmt.Sprintf("a pack of %d records, the ledger stands at %d", b.Records, last), "one of what is on record: ducha meeting pack")
	case b.Cutoff > a.today():
		return ledger.Refuse("date.ahead", fmt.Sprintf("a cut-off on %s, which lies ahead", b.Cutoff), fmt.Sprintf("%s or earlier", a.today()))
	case b.On < b.Cutoff:
		return ledger.Refuse("meeting.cutoff", fmt.Sprintf("a meeting on %s with a cut-off on %s", b.On, b.Cutoff), "a cut-off that is not after the meeting")
	}
	for _, p := range a.Charter.Packs {
		if p.Tier == b.Tier && p.On == b.On {
			return ledger.Refuse("meeting.pack", fmt.Sprintf("the pack of that meeting was frozen as record %d", p.Sequence), "one pack a meeting: it does not change once it is frozen")
		}
	}
	return nil
}

// packOf: a meeting has before it the pack of its tier and day.
func (a *admission) packOf(b *ledger.MeetingHeld) error {
	if b.Pack == nil {
		return nil
	}
	if err := a.refers(*b.Pack, "meeting.packed.v1"); err != nil {
		return err
	}
	for _, p := range a.Charter.Packs {
		if p.ID == *b.Pack && (p.Tier != b.Tier || p.On != b.On) {
			return ledger.Refuse("meeting.pack", fmt.Sprintf("the pack of the %s meeting of %s", p.Tier, p.On), fmt.Sprintf("the pack of the %s meeting of %s", b.Tier, b.On))
		}
	}
	return nil
}

// settled: what a meeting settles names units and tasks that there are, each item once.
func (a *admission) settled(items []ledger.MeetingItem) error {
	seen := map[ledger.LocalID]bool{}
	for _, i := range items {
		if seen[i.ID] {
			return ledger.Refuse("meeting.item", fmt.Sprintf("item %s twice", i.ID), "an id of its own for each item")
		}
		seen[i.ID] = true
		if _, ok := a.Units.Unit(i.Unit); i.Unit != "" && !ok {
			return unknownUnit(i.Unit)
		}
		if t := a.Tasks[i.Task]; i.Task != "" && (t == nil || t.Assigned.Sequence == 0) {
			return unknownTask(i.Task)
		}
		if i.Due != "" {
			if err := a.notPast(i.Due); err != nil {
				return err
			}
		}
	}
	return nil
}

// done: an item is found done once, and it is one that an earlier meeting settled.
func (a *admission) done(list []ledger.ItemDone) error {
	for n, d := range list {
		if err := a.refers(d.Meeting, "meeting.held.v1"); err != nil {
			return err
		}
		if err := a.carried(d.Meeting, d.Item); err != nil {
			return err
		}
		if slices.ContainsFunc(list[:n], func(x ledger.ItemDone) bool { return x.Meeting == d.Meeting && x.Item == d.Item }) {
			return ledger.Refuse("meeting.item", fmt.Sprintf("item %s done twice", d.Item), "each item once")
		}
	}
	return nil
}

func (a *admission) directiveIssued(b *ledger.DirectiveIssued) error {
	if b.Meeting != nil {
		if err := a.refers(*b.Meeting, "meeting.held.v1"); err != nil {
			return err
		}
	}
	if err := a.notAskedTwice(b); err != nil {
		return err
	}
	if b.Item == "" {
		return a.notPast(b.AnswerBy)
	}
	if b.Meeting == nil {
		return ledger.Refuse("meeting.item", fmt.Sprintf("item %s of no meeting", b.Item), "the meeting that settled it")
	}
	if err := a.carried(*b.Meeting, b.Item); err != nil {
		return err
	}
	return a.notPast(b.AnswerBy)
}

// carried checks that a meeting settled an item, and that it is not done.
func (a *admission) carried(meeting ledger.Ref, item ledger.LocalID) error {
	switch i, ok := a.Item(meeting, item, a.latest()); {
	case !ok:
		return ledger.Refuse("meeting.item", fmt.Sprintf("item %s, which that meeting did not settle", item), "an item of the meeting that is named")
	case i.Done != nil:
		return ledger.Refuse("meeting.item", fmt.Sprintf("item %s, done as record %d", item, i.Done.Sequence), "an item that is carried still")
	}
	return nil
}

// notAskedTwice: what was asked and is not answered for is not asked again
// (为基层减负: the same matter at most once).
func (a *admission) notAskedTwice(b *ledger.DirectiveIssued) error {
	for _, d := range a.Directives {
		if d.Task == a.Task && d.Unit == a.Unit && d.Text == string(b.Text) && d.State() != projections.Accepted {
			return ledger.Refuse("directive.twice", fmt.Sprintf("the same was asked as record %d, which is %s", d.Sequence, d.State()), "that one to be answered: nothing is asked twice")
		}
	}
	return nil
}

func (a *admission) directiveReturned(b *ledger.DirectiveReturned) error {
	if err := a.directive(b.Directive, projections.Answered); err != nil {
		return err
	}
	return a.notPast(b.AnswerBy)
}

// directive checks that a directive stands at one of the states named.
func (a *admission) directive(id ledger.Ref, states ...projections.DirectiveState) error {
	if err := a.refers(id, "directive.issued.v1"); err != nil {
		return err
	}
	if s := a.Directives[id].State(); !slices.Contains(states, s) {
		return ledger.Refuse("directive.state", fmt.Sprintf("%s for a directive that is %s", a.Kind, s), fmt.Sprintf("a directive that is %v", states))
	}
	return nil
}
