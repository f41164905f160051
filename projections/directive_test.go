package projections_test

import (
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked issues a directive to T01 on Tuesday 2024-03-05, to be answered by the 15th.
func (s *story) asked() ledger.Ref {
	return s.say("2024-03-05T17:00", "fgw", "T01", ledger.DirectiveIssued{Text: "报送清单。", AnswerBy: "2024-03-15"})
}

func (s *story) directive(id ledger.Ref, when string) projections.DirectiveStatus {
	return s.State.DirectiveAt(s.State.Directives[id], at(s.t, when))
}

// Plan 四(三): a closed loop. Each step has a clock: signed for within a working day,
// answered within three and by the limit, decided on within three.
func TestEachStepOfADirectiveHasItsClock(t *testing.T) {
	s := begin(t)
	d := s.asked()
	waits := func(when string, step projections.Step, whose projections.Side, due ledger.Date, late bool, by int) projections.DirectiveStatus {
		t.Helper()
		x := s.directive(d, when)
		assert.Equal(t, step, x.Step, when)
		assert.Equal(t, whose, x.Whose, when)
		assert.Equal(t, due, x.Due, when)
		assert.Equal(t, late, x.Late, when)
		assert.Equal(t, by, x.LateBy, when)
		return x
	}
	waits("2024-03-06T23:59", projections.StepAcknowledge, projections.UnitSide, "2024-03-06", false, 0)
	waits("2024-03-07T00:00", projections.StepAcknowledge, projections.UnitSide, "2024-03-06", true, 1)
	waits("2024-03-09T12:00", projections.StepAcknowledge, projections.UnitSide, "2024-03-06", true, 2) // a Saturday
	s.say("2024-03-07T09:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	x := waits("2024-03-09T12:00", projections.StepAnswer, projections.UnitSide, "2024-03-15", false, 0)
	assert.True(t, x.Steps[0].Late, "signed for a day late")
	assert.True(t, x.Steps[1].Late, "the first answer is wanted in three working days, by the 8th")
	assert.Equal(t, ledger.Date("2024-03-08"), x.Steps[1].Due)
	assert.False(t, x.Overdue)
	x = waits("2024-03-18T12:00", projections.StepAnswer, projections.UnitSide, "2024-03-15", true, 1)
	assert.True(t, x.Overdue)
	s.say("2024-03-18T15:00", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "初稿。"})
	waits("2024-03-21T23:59", projections.StepDecide, projections.HeadquartersSide, "2024-03-21", false, 0)
	x = waits("2024-03-22T12:00", projections.StepDecide, projections.HeadquartersSide, "2024-03-21", true, 1)
	assert.False(t, x.Overdue, "the headquarters is late, and not the unit")

	// A return starts the clock of the answer anew, and the old step stays as it was.
	s.say("2024-03-22T15:00", "fgw", "T01", ledger.DirectiveReturned{Directive: d, Reason: "缺时限。", AnswerBy: "2024-03-29"})
	x = waits("2024-03-25T12:00", projections.StepAnswer, projections.UnitSide, "2024-03-29", false, 0)
	assert.Equal(t, []ledger.Date{"2024-03-15"}, x.Former)
	assert.Equal(t, 1, x.Returned)
	require.Len(t, x.Steps, 4)
	assert.Equal(t, 1, x.Steps[1].OverdueBy)
	assert.Equal(t, ledger.Date("2024-03-27"), x.Steps[3].Due)
	s.say("2024-03-26T09:00", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "补齐。"})
	s.say("2024-03-26T10:00", "fgw", "T01", ledger.DirectiveAccepted{Directive: d})
	x = s.directive(d, "2024-03-26T11:00")
	assert.Empty(t, x.Step)
	assert.Equal(t, projections.Accepted, x.State)
	require.Len(t, x.Steps, 5)

	// What was so on a past day is so still, whatever came after.
	x = waits("2024-03-07T08:59", projections.StepAcknowledge, projections.UnitSide, "2024-03-06", true, 1)
	assert.Equal(t, projections.Issued, x.State)
	assert.Equal(t, ledger.Date("2024-03-15"), x.AnswerBy)
	u := s.State.UnitAt("fgw", at(t, "2024-03-18T12:00"))
	assert.Equal(t, projections.DirectiveCount{Open: 1, Overdue: 1}, u.Directives)
	u = s.State.UnitAt("fgw", at(t, "2024-03-05T16:00"))
	assert.Zero(t, u.Directives, "not issued yet")
	assert.Equal(t, projections.DirectiveCount{Done: 1}, s.State.UnitAt("fgw", at(t, "2024-03-27T00:00")).Directives)

	r := s.State.Responses(s.State.DirectiveList(projections.DirectiveQuery{}, at(t, "2024-03-27T00:00")), at(t, "2024-03-27T00:00"))
	require.Len(t, r, 1)
	assert.Equal(t, projections.ResponseTime{Count: 1, Mean: 2, Median: 2, Longest: 2, Late: 1}, r[0].Acknowledge)
	assert.Equal(t, projections.ResponseTime{Count: 2, Mean: 5.5, Median: 5.5, Longest: 9, Late: 1}, r[0].Answer)
	assert.Equal(t, projections.ResponseTime{Count: 2, Mean: 2, Median: 2, Longest: 4, Late: 1}, r[0].Decide)
}

// A limit that is closer than the policy's clock binds.
func TestAnUrgentDirectiveIsLateByItsOwnLimit(t *testing.T) {
	s := begin(t)
	d := s.say("2024-03-05T09:00", "fgw", "T01", ledger.DirectiveIssued{Text: "今日报送。", AnswerBy: "2024-03-05"})
	s.say("2024-03-05T10:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	x := s.directive(d, "2024-03-06T09:00")
	assert.Equal(t, ledger.Date("2024-03-05"), x.Due)
	assert.True(t, x.Late && x.Overdue)
	assert.Equal(t, 1, x.LateBy)
	assert.False(t, x.Steps[1].Late, "the policy's clock gives it until the 8th")
}

// A directive on a task that was suspended waits with it: nobody can answer it.
func TestNothingIsLateWhileTheTaskIsSuspended(t *testing.T) {
	s := begin(t)
	d := s.asked()
	s.say("2024-03-06T09:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	s.say("2024-03-11T09:00", "fgw", "T01", ledger.TaskSuspended{Reason: "待上级办法。"})
	x := s.directive(d, "2024-03-20T12:00")
	assert.Equal(t, projections.Suspended, x.Stands)
	assert.False(t, x.Late || x.Overdue)
	assert.Zero(t, s.State.UnitAt("fgw", at(t, "2024-03-20T12:00")).Directives.Overdue)
	s.say("2024-03-25T09:00", "fgw", "T01", ledger.TaskReopened{Reason: "办法已出。"})
	assert.True(t, s.directive(d, "2024-03-26T12:00").Overdue)
}

// The lists that the doors show.
func TestDirectivesAreListedByWhoseMoveItIs(t *testing.T) {
	s := begin(t)
	d := s.asked()
	s.say("2024-03-05T18:00", "sfj", "T08", ledger.DirectiveIssued{Text: "报送进度。", AnswerBy: "2024-03-29"})
	s.say("2024-03-05T18:30", "sfj", "T08", ledger.DirectiveAcknowledged{Directive: s.State.Tasks["T08"].Assigned.ID}) // of no directive
	when := at(t, "2024-03-08T12:00")
	list := func(q projections.DirectiveQuery) int { return len(s.State.DirectiveList(q, when)) }
	assert.Equal(t, 2, list(projections.DirectiveQuery{}))
	assert.Equal(t, 1, list(projections.DirectiveQuery{Unit: "fgw"}))
	assert.Equal(t, 2, list(projections.DirectiveQuery{Overdue: true}), "neither was signed for")
	assert.Zero(t, list(projections.DirectiveQuery{Unit: "wlj"}))
	s.say("2024-03-08T09:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	s.say("2024-03-08T09:01", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "附清单。"})
	s.say("2024-03-08T09:02", "fgw", "T01", ledger.DirectiveAccepted{Directive: d})
	assert.Equal(t, 1, list(projections.DirectiveQuery{Open: true}))
	assert.Equal(t, 1, list(projections.DirectiveQuery{Task: "T08", Open: true, Overdue: true}))
}
