package commands

import (
	"fmt"
	"slices"

	"ducha/ledger"
)

func (a *admission) inspectionAuthorised(b *ledger.InspectionAuthorised) error {
	for _, p := range b.Inspectors {
		if !a.Keyring.Has(p, ledger.RoleInspector) {
			return ledger.Refuse("inspection.inspector", fmt.Sprintf("%s as inspector", p), "a party with the role inspector")
		}
	}
	for _, id := range b.Tasks {
		if t := a.Tasks[id]; t == nil || t.Assigned.Sequence == 0 {
			return unknownTask(id)
		}
	}
	if i := a.Inspections.Code(b.Code); i != nil {
		return ledger.Refuse("inspection.code", fmt.Sprintf("code %s is that of record %d", b.Code, i.Sequence), "a code of its own: 一事一码")
	}
	if b.From < a.today() {
		return ledger.Refuse("date.past", fmt.Sprintf("an inspection from %s, authorised on %s", b.From, a.today()), "an authority before the first day")
	}
	return a.notRepeated(b)
}

// notRepeated: decree 733 art. 15, no repeated inspection and none by several at once.
func (a *admission) notRepeated(b *ledger.InspectionAuthorised) error {
	if b.Repeat != "" {
		return nil
	}
	for _, i := range a.Inspections {
		apart := i.Concluded != nil || b.From > i.To || b.To < i.From
		for _, t := range b.Tasks {
			if !apart && slices.Contains(i.Tasks, t) {
				return ledger.Refuse("inspection.repeat", fmt.Sprintf("task %s is inspected under %s from %s to %s", t, i.InspectionAuthorised.Code, i.From, i.To), "other days, or the field repeat with the reason for a second inspection")
			}
		}
	}
	return nil
}

// findingRechecked: decree 733 art. 18, what was to be put right is looked at again.
func (a *admission) findingRechecked(b *ledger.FindingRechecked) error {
	x := a.Inspections.Finding(b.Finding)
	if x == nil {
		if err := a.refers(b.Finding, "finding.recorded.v1"); err != nil {
			return err
		}
		return ledger.Refuse("reference.kind", fmt.Sprintf("%s is no finding of an inspection", b.Finding), "the id of a finding.recorded.v1 or progress.disputed.v1")
	}
	switch {
	case x.Kind == "progress.verified.v1":
		return ledger.Refuse("reference.kind", fmt.Sprintf("%s is a %s", b.Finding, x.Kind), "the id of a finding.recorded.v1 or progress.disputed.v1")
	case x.Task != a.Task:
		return ledger.Refuse("reference.task", fmt.Sprintf("%s is about task %s", b.Finding, x.Task), fmt.Sprintf("a finding about task %s", a.Task))
	case x.Resolved:
		return ledger.Refuse("finding.resolved", fmt.Sprintf("a finding that was put right by record %d", x.Rechecked.Sequence), "a finding that is open")
	}
	return a.since(b.On, ledger.DateOf(x.At), "it was found")
}

// conclusionContested: decree 733 art. 17, the unit may ask for a review within 30 days.
func (a *admission) conclusionContested(b *ledger.ConclusionContested) error {
	if err := a.refers(b.Conclusion, "inspection.concluded.v1"); err != nil {
		return err
	}
	i := a.Inspections.Concluded(b.Conclusion)
	if !slices.ContainsFunc(i.Tasks, func(t ledger.TaskID) bool { return a.Tasks[t] != nil && a.Tasks[t].Lead == a.Unit }) {
		return ledger.Refuse("inspection.scope", fmt.Sprintf("unit %s on the conclusion of inspection %s", a.Unit, i.InspectionAuthorised.Code), fmt.Sprintf("a unit that leads a task of its scope: %v", i.Tasks))
	}
	for _, c := range i.Contested {
		if c.Unit == a.Unit {
			return ledger.Refuse("review.once", fmt.Sprintf("%s contested the conclusion as record %d", a.Unit, c.Sequence), "one review of each conclusion")
		}
	}
	if i.Reviewed != nil {
		return ledger.Refuse("review.once", fmt.Sprintf("the conclusion was reviewed as record %d", i.Reviewed.Sequence), "one review of each conclusion")
	}
	return a.reviewTerm(i.Concluded.At)
}

// inspecting: an inspection is carried out by those whom its authority names, and
// ends with its conclusion.
func (a *admission) inspecting(id ledger.Ref) error {
	if err := a.refers(id, "inspection.authorised.v1"); err != nil {
		return err
	}
	i := a.Inspections[id]
	switch {
	case !slices.Contains(i.Inspectors, a.Source):
		return ledger.Forbid("inspection.member", fmt.Sprintf("%s in inspection %s", a.Source, i.Code), fmt.Sprintf("one of those whom its authority names: %v", i.Inspectors))
	case i.Concluded != nil:
		return ledger.Refuse("inspection.concluded", fmt.Sprintf("inspection %s was concluded as record %d", i.Code, i.Concluded.Sequence), "an inspection that goes on")
	}
	return nil
}

// within: decree 733 art. 15, an inspection does not go without its authority,
// nor beyond the tasks and the days that it was given.
func (a *admission) within(id ledger.Ref) error {
	if err := a.inspecting(id); err != nil {
		return err
	}
	i := a.Inspections[id]
	if !slices.Contains(i.Tasks, a.Task) {
		return ledger.Refuse("inspection.scope", fmt.Sprintf("task %s in inspection %s", a.Task, i.Code), fmt.Sprintf("a task of its scope: %v", i.Tasks))
	}
	if day := a.today(); day < i.From || day > i.To {
		return ledger.Refuse("inspection.scope", fmt.Sprintf("%s in inspection %s", day, i.Code), fmt.Sprintf("a day of its term, %s to %s", i.From, i.To))
	}
	return nil
}

func (a *admission) verified(report, inspection ledger.Ref) error {
	if err := a.within(inspection); err != nil {
		return err
	}
	return a.standing(report)
}

func (a *admission) progressVerified(b *ledger.ProgressVerified) error {
	if err := a.verified(b.Report, b.Inspection); err != nil {
		return err
	}
	return a.since(b.On, a.Inspections[b.Inspection].From, "the inspection began")
}

// findingRecorded: decree 733 art. 16, facts with their proof.
func (a *admission) findingRecorded(b *ledger.FindingRecorded) error {
	if err := a.within(b.Inspection); err != nil {
		return err
	}
	if len(b.Evidence) == 0 {
		return ledger.Refuse("finding.evidence", "a finding without evidence", "the field evidence: a photograph, a copy, the minutes of a talk, by name and digest")
	}
	return nil
}

// inspectionConcluded: not before its first day; after its last one it may still be.
func (a *admission) inspectionConcluded(b *ledger.InspectionConcluded) error {
	if err := a.inspecting(b.Inspection); err != nil {
		return err
	}
	if i := a.Inspections[b.Inspection]; a.today() < i.From {
		return ledger.Refuse("inspection.scope", fmt.Sprintf("inspection %s concluded on %s", i.InspectionAuthorised.Code, a.today()), fmt.Sprintf("%s, its first day, or later", i.From))
	}
	return nil
}

// conclusionReviewed: decree 733 art. 17, those who took part recuse themselves.
func (a *admission) conclusionReviewed(b *ledger.ConclusionReviewed) error {
	if err := a.refers(b.Conclusion, "inspection.concluded.v1"); err != nil {
		return err
	}
	i := a.Inspections.Concluded(b.Conclusion)
	switch {
	case i.Reviewed != nil:
		return ledger.Refuse("review.once", fmt.Sprintf("the conclusion was reviewed as record %d", i.Reviewed.Sequence), "one review of each conclusion")
	case len(i.Contested) == 0:
		return ledger.Refuse("review.asked", "a conclusion that no unit contests", "conclusion.contested.v1 by a unit in its scope first")
	}
	return a.recused(i.Sequence, append([]ledger.PartyID{i.By}, i.Inspectors...)...)
}
