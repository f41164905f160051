package commands

import (
	"fmt"
	"slices"

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
	if from, to := a.Charter.From.Start().Year(), a.Charter.To.Start().Year(); b.Year < from || b.Year > to {
		return ledger.Refuse("list.year", fmt.Sprintf("a list for %d", b.Year), fmt.Sprintf("a year of the campaign's term, %d to %d", from, to))
	}
	for n, id := range b.Tasks {
		if t := a.Tasks[id]; t == nil || t.Assigned.Sequence == 0 {
			return unknownTask(id)
		}
		if slices.Contains(b.Tasks[:n], id) {
			return ledger.Refuse("list.twice", fmt.Sprintf("task %s twice", id), "each task once")
		}
	}
	// The list is the yardstick: it changes in the open, by naming what it replaces.
	last, frozen := a.Charter.Frozen(b.Year, a.latest())
	switch {
	case frozen && (b.Replaces == nil || *b.Replaces != last.ID || b.Reason == ""):
		return ledger.Refuse("list.replaces", fmt.Sprintf("the list of %d was frozen as record %d", b.Year, last.Sequence), fmt.Sprintf("the fields replaces with %s and reason with why it changes", last.ID))
	case !frozen && b.Replaces != nil:
		return ledger.Refuse("list.replaces", fmt.Sprintf("a list for %d, of which there is none", b.Year), "no field replaces for the first list of a year")
	}
	return nil
}

func unknownTask(id ledger.TaskID) error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "task.known", Found: fmt.Sprintf("task %s", id), Want: "tasks that were assigned"}
}

func (a *admission) taskAmended(b *ledger.TaskAmended) error {
	for _, u := range b.Responsible {
		if _, ok := a.Units.Unit(u); !ok {
			return unknownUnit(u)
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
	return shaped(*b)
}

// annualPlanFiled: plan 四(三), every responsible unit, every year.
func (a *admission) annualPlanFiled(b *ledger.AnnualPlanFiled) error {
	if from, to := a.Charter.From.Start().Year(), a.Charter.To.Start().Year(); b.Year < from || b.Year > to {
		return ledger.Refuse("annualplan.year", fmt.Sprintf("a plan for %d", b.Year), fmt.Sprintf("a year of the campaign's term, %d to %d", from, to))
	}
	if p, stands := a.Units.PlanFor(a.Unit, b.Year, a.latest()); stands {
		return ledger.Refuse("annualplan.once", fmt.Sprintf("the plan for %d was filed as record %d", b.Year, p.Sequence), "another year, or its return by the office first")
	}
	for n, item := range b.KeyTasks {
		if slices.ContainsFunc(b.KeyTasks[:n], func(x ledger.PlanItem) bool { return x.Task == item.Task && x.Milestone == item.Milestone }) {
			return ledger.Refuse("milestone.once", fmt.Sprintf("milestone %s of task %s twice in one plan", item.Milestone, item.Task), "an id of its own for each milestone of a task")
		}
		t := a.Tasks[item.Task]
		if t == nil || t.Lead != a.Unit && !slices.Contains(t.ResponsibleAt(a.latest()), a.Unit) {
			return ledger.Refuse("annualplan.task", fmt.Sprintf("milestone %s of task %s", item.Milestone, item.Task), fmt.Sprintf("tasks that %s leads or takes part in", a.Unit))
		}
		if y := item.Due.Start().Year(); y != b.Year {
			return ledger.Refuse("annualplan.due", fmt.Sprintf("milestone %s due on %s in the plan of %d", item.Milestone, item.Due, b.Year), fmt.Sprintf("a day of %d", b.Year))
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
	if from, to := a.Charter.From, a.Charter.To; b.Due < from || b.Due > to {
		return ledger.Refuse("milestone.term", fmt.Sprintf("a milestone due on %s", b.Due), fmt.Sprintf("a day of the campaign's term, %s to %s", from, to))
	}
	if b.Plan == nil {
		return nil
	}
	p, err := a.planFor(*b.Plan)
	if err != nil {
		return err
	}
	if p.Approved == nil {
		return ledger.Refuse("milestone.plan", fmt.Sprintf("milestone %s of a plan that was not approved", b.Milestone), "annualplan.approved.v1 first, or no plan named")
	}
	for _, i := range p.Items {
		if i.Task == a.Task && i.Milestone == b.Milestone && i.Due == b.Due && i.Percent == b.Percent {
			return nil
		}
	}
	return ledger.Refuse("milestone.plan", fmt.Sprintf("milestone %s of task %s, %g%% by %s, which the plan does not hold", b.Milestone, a.Task, b.Percent, b.Due), "a key task of the plan as it was approved")
}

// planFor is the plan that a milestone rests on: of the unit that leads the task, or
// of one that takes part in it (plan 四(三): every responsible unit files one).
func (a *admission) planFor(id ledger.Ref) (projections.Plan, error) {
	e, filed := a.Index.Statements[id]
	if !filed || e.Kind != "annualplan.filed.v1" || !slices.Contains(a.task().ResponsibleAt(a.latest()), e.Unit) {
		if err := a.refers(id, "annualplan.filed.v1"); err != nil {
			return projections.Plan{}, err
		}
	}
	p, _ := a.Units.Filed(id)
	return p, nil
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
	for _, e := range a.task().Extensions {
		if e.Milestone == b.Milestone && e.Decided == nil {
			return ledger.Refuse("extension.waiting", fmt.Sprintf("an extension of %s was asked for as record %d and waits", b.Milestone, e.Sequence), "that one to be decided: nothing is asked twice")
		}
	}
	return nil
}

// extensionDecided: a date moves for a good reason only, and whether the reason is
// good (无正当理由) is judged: by granting, or in so many words when it is refused.
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
		switch {
		case b.Granted && b.Justified != nil && !*b.Justified:
			return ledger.Refuse("extension.judged", "an extension granted for a reason that is found not good", "granted false, or justified true")
		case !b.Granted && b.Justified == nil:
			return ledger.Refuse("extension.judged", "an extension refused without a word on its reason", "the field justified: whether the reason is a good one (正当理由)")
		}
		if m := a.task().Milestone(e.Milestone); b.Granted && m != nil {
			return a.later(m, b.To)
		}
	}
	return nil
}

// later: an extension never brings a date forward, nor beyond the campaign's term.
func (a *admission) later(m *projections.Milestone, to ledger.Date) error {
	if due := m.DueAt(a.at).Date; to <= due {
		return ledger.Refuse("extension.later", fmt.Sprintf("an extension of %s from %s to %s", m.ID, due, to), "a later date")
	}
	if to > a.Charter.To {
		return ledger.Refuse("milestone.term", fmt.Sprintf("an extension of %s to %s", m.ID, to), fmt.Sprintf("a day of the campaign's term, %s to %s", a.Charter.From, a.Charter.To))
	}
	return nil
}
