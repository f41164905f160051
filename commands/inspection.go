package commands

import (
	"fmt"

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

// verified: decree 733 art. 15, an inspection does not go without its authority.
func (a *admission) verified(report, inspection ledger.Ref) error {
	if err := a.refers(inspection, "inspection.authorised.v1"); err != nil {
		return err
	}
	return a.standing(report)
}

// conclusionReviewed: decree 733 art. 17, those who took part recuse themselves.
func (a *admission) conclusionReviewed(b *ledger.ConclusionReviewed) error {
	if err := a.refers(b.Conclusion, "inspection.concluded.v1"); err != nil {
		return err
	}
	return a.recused(a.Index.Statements[b.Conclusion].By)
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
