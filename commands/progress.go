package commands

import (
	"errors"
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// progressReported: one report a month that stands, for a month of the term
// that has begun.
func (a *admission) progressReported(b *ledger.ProgressReported) error {
	if now := ledger.MonthOf(a.at); b.Period > now {
		return ledger.Refuse("progress.period", fmt.Sprintf("a report for %s, which has not begun", b.Period), fmt.Sprintf("%s or an earlier month", now))
	}
	if from, to := a.Charter.From.Month(), a.Charter.To.Month(); b.Period < from || b.Period > to {
		return ledger.Refuse("progress.term", fmt.Sprintf("a report for %s", b.Period), fmt.Sprintf("a month of the campaign's term, %s to %s", from, to))
	}
	// As everything on record stands: a claim of an earlier day must not slip a
	// second report in before the first.
	if r := a.task().ReportFor(b.Period, a.latest()); r != nil {
		return ledger.Refuse("progress.once", fmt.Sprintf("a second report for %s; the first is record %d", b.Period, r.Sequence), "progress.corrected.v1 that names the first")
	}
	return nil
}

// standing checks that a report is on record for this task and was not returned.
func (a *admission) standing(id ledger.Ref) error {
	if err := a.refers(id, "progress.reported.v1"); err != nil {
		return err
	}
	if r := a.task().Report(id); r != nil && r.Returned != nil {
		return ledger.Refuse("progress.returned", fmt.Sprintf("a report that was returned as record %d", r.Returned.Sequence), "a report that stands")
	}
	return nil
}

func (a *admission) indicatorReported(b *ledger.IndicatorReported) error {
	for _, t := range a.task().Targets {
		if t.Target == b.Target {
			return errors.Join(a.notAhead(b.AsOf), fits(t.TargetSet, *b))
		}
	}
	return &ledger.Error{Class: ledger.NotFound, Rule: "target.known", Found: fmt.Sprintf("target %s of task %s", b.Target, a.Task), Want: "a target that was set for the task"}
}

// indicatorJudged: whoever reported a reading does not judge it.
func (a *admission) indicatorJudged(b *ledger.IndicatorJudged) error {
	if err := a.refers(b.Reading, "indicator.reported.v1"); err != nil {
		return err
	}
	target, r := a.task().Reading(b.Reading)
	switch {
	case r == nil:
		return ledger.Refuse("target.known", fmt.Sprintf("%s is a reading of no target of task %s", b.Reading, a.Task), "a reading of a target of the task")
	case a.is(r.By):
		return ledger.Forbid("indicator.judge", fmt.Sprintf("%s on its own reading", a.Source), "somebody other than who reported it")
	case b.Holds && (b.Value != nil || b.Met != nil):
		return ledger.Refuse("indicator.judgement", "a reading that holds and another value for it", "holds false with what it is, or holds true alone")
	}
	if b.Value == nil && b.Met == nil {
		return nil
	}
	judged := r.IndicatorReported
	if b.Value != nil {
		judged.Value = *b.Value
	}
	if b.Met != nil {
		judged.Met = b.Met
	}
	return fits(target.TargetSet, judged)
}

// historyDeclared: paper history is of a day that is over (补录).
func (a *admission) historyDeclared(b *ledger.HistoryDeclared) error {
	if b.Occurred >= a.today() {
		return ledger.Refuse("history.occurred", fmt.Sprintf("history of %s, entered on %s", b.Occurred, a.today()), "a day before it is entered: what happens today is reported, not declared")
	}
	return nil
}

func (a *admission) milestoneReached(b *ledger.MilestoneReached) error {
	m, err := a.milestone(b.Milestone)
	if err != nil {
		return err
	}
	if m.Reached != nil {
		return ledger.Refuse("milestone.reached", fmt.Sprintf("milestone %s was reached as record %d", b.Milestone, m.Reached.Sequence), "a milestone that is still open")
	}
	return a.duringTerm(b.On)
}

// blockerRaised: somebody else is asked, and for a day that can still come.
func (a *admission) blockerRaised(b *ledger.BlockerRaised) error {
	if err := a.known(b.Asks); err != nil {
		return err
	}
	if a.is(b.Asks) {
		return ledger.Refuse("blocker.asks", fmt.Sprintf("%s asks itself", a.Source), "the party that could help: another unit, an officer, an authority")
	}
	if b.WantedBy == "" {
		return nil
	}
	return a.notPast(b.WantedBy)
}

func (a *admission) blocker(id ledger.Ref) (*projections.Blocker, error) {
	if err := a.refers(id, "blocker.raised.v1"); err != nil {
		return nil, err
	}
	b := a.task().Blocker(id)
	if b.Cleared != nil {
		return nil, ledger.Refuse("blocker.cleared", fmt.Sprintf("a blocker that was cleared as record %d", b.Cleared.Sequence), "a blocker that is still open")
	}
	return b, nil
}

func (a *admission) blockerDecided(b *ledger.BlockerDecided) error {
	x, err := a.blocker(b.Blocker)
	if err != nil {
		return err
	}
	if x.Decided != nil {
		return ledger.Refuse("blocker.decided", fmt.Sprintf("a blocker that was decided as record %d", x.Decided.Sequence), "a blocker that waits")
	}
	return nil
}

func (a *admission) blockerCleared(b *ledger.BlockerCleared) error {
	_, err := a.blocker(b.Blocker)
	return err
}

func (a *admission) completionClaimed() error { return a.life(projections.Open) }
