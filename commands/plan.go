package commands

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

func (a *admission) taskAssigned(b *ledger.TaskAssigned) error {
	if t := a.task(); t != nil && t.Assigned.Sequence != 0 {
		return ledger.Refuse("task.once", fmt.Sprintf("task %s was assigned to %s as record %d", a.Task, t.Lead, t.Assigned.Sequence), "another id, or task.amended.v1")
	}
	if a.Unit == ledger.HQ {
		return ledger.Refuse("task.lead", "unit hq as lead unit", "a registered unit")
	}
	for _, u := range b.Responsible {
		if _, ok := a.Units.Unit(u); !ok {
			return unknownUnit(u)
		}
	}
	return nil
}

func (a *admission) listFrozen(b *ledger.ListFrozen) error {
	for _, id := range b.Tasks {
		if t := a.Tasks[id]; t == nil || t.Assigned.Sequence == 0 {
			return &ledger.Error{Class: ledger.NotFound, Rule: "task.known", Found: fmt.Sprintf("task %s", id), Want: "tasks that were assigned"}
		}
	}
	return nil
}

func (a *admission) targetSet(b *ledger.TargetSet) error {
	for _, t := range a.TaskList() {
		for _, x := range t.Targets {
			if x.Target == b.Target {
				return ledger.Refuse("target.once", fmt.Sprintf("target %s was set as record %d", b.Target, x.Sequence), "another id, or task.amended.v1")
			}
		}
	}
	return nil
}

// annualPlanFiled: plan 四(三), every responsible unit, every year.
func (a *admission) annualPlanFiled(b *ledger.AnnualPlanFiled) error {
	if from, to := a.Charter.From.Start().Year(), a.Charter.To.Start().Year(); b.Year < from || b.Year > to {
		return ledger.Refuse("annualplan.year", fmt.Sprintf("a plan for %d", b.Year), fmt.Sprintf("a year of the campaign's term, %d to %d", from, to))
	}
	if p, stands := a.Units.PlanFor(a.Unit, b.Year, a.latest()); stands {
		return ledger.Refuse("annualplan.once", fmt.Sprintf("the plan for %d was filed as record %d", b.Year, p.Sequence), "another year, or its return by the office first")
	}
	for _, item := range b.KeyTasks {
		t := a.Tasks[item.Task]
		if t == nil || t.Lead != a.Unit {
			return ledger.Refuse("annualplan.task", fmt.Sprintf("milestone %s of task %s", item.Milestone, item.Task), fmt.Sprintf("tasks that %s leads", a.Unit))
		}
	}
	return nil
}

func (a *admission) annualPlanDecided(id ledger.Ref) error {
	if err := a.refers(id, "annualplan.filed.v1"); err != nil {
		return err
	}
	for _, p := range a.Units.Plans[a.Unit] {
		switch {
		case p.ID != id:
		case p.Approved != nil || p.Returned != nil:
			return ledger.Refuse("annualplan.decided", "a plan that was decided already", "a plan that waits")
		default:
			return nil
		}
	}
	return ledger.Refuse("reference.unit", fmt.Sprintf("%s is no plan of unit %s", id, a.Unit), "subject units/<unit> with the unit that filed it")
}

func (a *admission) milestoneSet(b *ledger.MilestoneSet) error {
	if m := a.task().Milestone(b.Milestone); m != nil {
		return ledger.Refuse("milestone.once", fmt.Sprintf("milestone %s was set as record %d", b.Milestone, m.Sequence), "another id; a date moves by extension.requested.v1 and extension.decided.v1 only")
	}
	if b.Plan != nil {
		return a.refers(*b.Plan, "annualplan.filed.v1")
	}
	return nil
}

func (a *admission) milestone(id ledger.LocalID) (*projections.Milestone, error) {
	m := a.task().Milestone(id)
	if m == nil {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "milestone.known", Found: fmt.Sprintf("milestone %s of task %s", id, a.Task), Want: "a milestone that was set"}
	}
	return m, nil
}

func (a *admission) extensionRequested(b *ledger.ExtensionRequested) error {
	m, err := a.milestone(b.Milestone)
	if err != nil {
		return err
	}
	if err := a.later(m, b.To); err != nil {
		return err
	}
	if m.Reached != nil {
		return ledger.Refuse("extension.reached", fmt.Sprintf("milestone %s was reached as record %d", b.Milestone, m.Reached.Sequence), "a milestone that is still open")
	}
	return nil
}

func (a *admission) extensionDecided(b *ledger.ExtensionDecided) error {
	if err := a.refers(b.Request, "extension.requested.v1"); err != nil {
		return err
	}
	for _, e := range a.task().Extensions {
		if e.ID != b.Request {
			continue
		}
		if e.Decided != nil {
			return ledger.Refuse("extension.decided", fmt.Sprintf("a request that was decided as record %d", e.Decided.Sequence), "a request that waits")
		}
		if m := a.task().Milestone(e.Milestone); b.Granted && m != nil {
			return a.later(m, b.To)
		}
	}
	return nil
}

// later: an extension never brings a date forward.
func (a *admission) later(m *projections.Milestone, to ledger.Date) error {
	if due := m.DueAt(a.at).Date; to <= due {
		return ledger.Refuse("extension.later", fmt.Sprintf("an extension of %s from %s to %s", m.ID, due, to), "a later date")
	}
	return nil
}
