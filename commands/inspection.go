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
		if a.Tasks[id] == nil {
			return &ledger.Error{Class: ledger.NotFound, Rule: "task.known", Found: fmt.Sprintf("task %s", id), Want: "tasks that were assigned"}
		}
	}
	return nil
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

// conclusionReviewed: decree 733 art. 17, those who took part recuse themselves.
func (a *admission) conclusionReviewed(b *ledger.ConclusionReviewed) error {
	if err := a.refers(b.Conclusion, "inspection.concluded.v1"); err != nil {
		return err
	}
	i := a.Inspections.Concluded(b.Conclusion)
	if i.Reviewed != nil {
		return ledger.Refuse("review.once", fmt.Sprintf("the conclusion was reviewed as record %d", i.Reviewed.Sequence), "one review of each conclusion")
	}
	return a.recused(i.Inspectors...)
}

// recused refuses a reviewer who is one of those who took part.
func (a *admission) recused(took ...ledger.PartyID) error {
	for _, p := range took {
		if p == a.Source {
			return ledger.Forbid("review.recusal", fmt.Sprintf("a review by %s, who took part", a.Source), "a review by one who took no part (decree 733 art. 17)")
		}
	}
	return nil
}
