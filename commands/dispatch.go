package commands

import (
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// meetingHeld: plan 四(二). The office calls the monthly meeting; the commander,
// or the executive deputy when asked to, calls the others; a deputy calls none.
func (a *admission) meetingHeld(b *ledger.MeetingHeld) error {
	if err := a.notAhead(b.On); err != nil {
		return err
	}
	switch {
	case b.Tier == ledger.TierMonthly && !a.speaksAs(Office):
		return ledger.Forbid("meeting.monthly", fmt.Sprintf("a monthly meeting called by %s", a.Source), "one called by the office (plan 四(二))")
	case b.Tier == ledger.TierAsNeeded && !a.speaksAs(Commander) && !a.speaksAs(Delegate):
		return ledger.Forbid("meeting.as-needed", fmt.Sprintf("a dispatch meeting called by %s", a.Source), "one called by the commander, or by the executive deputy under a delegation (plan 四(二))")
	}
	for _, u := range slices.Concat(b.Attended, b.Absent) {
		if _, ok := a.Units.Unit(u); !ok {
			return unknownUnit(u)
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
	return a.notPast(b.AnswerBy)
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
