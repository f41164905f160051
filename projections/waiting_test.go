package projections_test

import (
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Trap 6: T04 needs a regulation that only the people's congress can pass: a state of
// its own. The days on which the headquarters had not decided are counted apart.
func TestWaitsAreCountedApart(t *testing.T) {
	s := begin(t)
	b := s.say("2024-02-01T09:00", "fgw", "T01", ledger.BlockerRaised{What: "条例须人大通过。", Asks: "officers/commander", Outside: "市人大常委会", WantedBy: "2024-03-01"})
	f := s.judge("T01", "2024-02-11T09:00").Figures
	assert.True(t, f.Undecided)
	assert.EqualValues(t, 10, f.UndecidedDays)
	assert.False(t, f.Waiting || f.Outside)
	s.say("2024-02-11T09:00", "fgw", "T01", ledger.BlockerDecided{Blocker: b, Accepted: true, Decision: "属实。"})
	x := s.judge("T01", "2024-03-12T09:00")
	assert.False(t, x.Figures.Undecided)
	assert.EqualValues(t, 10, x.Figures.UndecidedDays, "they stay the headquarters'")
	assert.True(t, x.Figures.Waiting && x.Figures.Outside)
	assert.EqualValues(t, 30, x.Figures.OutsideDays)
	assert.Equal(t, []uint64{s.State.Index.Statements[b].Sequence}, x.Sources["undecided_days"])
	list := s.State.BlockerList("fgw", true, at(t, "2024-03-12T09:00"))
	require.Len(t, list, 1)
	assert.Equal(t, projections.OnOutside, list[0].WaitsOn)
	assert.True(t, list[0].Late)
	s.say("2024-03-13T09:00", "fgw", "T01", ledger.BlockerCleared{Blocker: b, How: "已通过。"})
	f = s.judge("T01", "2024-04-12T09:00").Figures
	assert.False(t, f.Outside)
	assert.EqualValues(t, 31, f.OutsideDays)
	assert.Empty(t, s.State.BlockerList("", true, at(t, "2024-04-12T09:00")))
	assert.Equal(t, projections.OnDecision, s.State.BlockerList("", true, at(t, "2024-02-02T09:00"))[0].WaitsOn, "as it was then")
	assert.Empty(t, s.State.BlockerList("sfj", false, at(t, "2024-04-12T09:00")))
}

// A responsible unit's dispute stands beside the claim until it says otherwise; a
// correction may be corrected, and never outranks what was found on the spot.
func TestDisputesAndCorrections(t *testing.T) {
	s := begin(t)
	r := s.reports("T01", 30, "2024-02")
	part := func(when string, agrees bool) {
		s.say(when, "fgw", "T01", ledger.ProgressConfirmed{Report: r, Agrees: agrees, Note: "与所报不符。"})
	}
	part("2024-02-21T09:00", false)
	x := s.judge("T01", "2024-02-22T09:00")
	require.Len(t, x.Disputed, 1)
	assert.InDelta(t, 30, x.Figures.Actual, 0, "the claim stands until somebody looks")
	part("2024-02-23T09:00", true)
	assert.Empty(t, s.judge("T01", "2024-02-24T09:00").Disputed)
	assert.Len(t, s.judge("T01", "2024-02-22T09:00").Disputed, 1, "as it was then")

	for n, percent := range []ledger.Percent{25, 28} {
		s.say("2024-02-2"+string(rune('5'+n))+"T09:00", "fgw", "T01", ledger.ProgressCorrected{Report: r, Percent: percent, Summary: "更正。", Reason: "口径。"})
		assert.InDelta(t, float64(percent), s.judge("T01", "2024-02-2"+string(rune('5'+n))+"T10:00").Figures.Actual, 0)
	}
	s.say("2024-02-27T09:00", "fgw", "T01", ledger.ProgressVerified{Report: r, Percent: 20, On: "2024-02-27", Method: "现场"})
	s.say("2024-02-28T09:00", "fgw", "T01", ledger.ProgressCorrected{Report: r, Percent: 35, Summary: "更正。", Reason: "口径。"})
	f := s.judge("T01", "2024-02-28T10:00").Figures
	assert.InDelta(t, 20, f.Actual, 0, "what was verified on the spot outranks what was claimed")
	assert.InDelta(t, 35, f.Claimed, 0)
}

// 回头看: a relapse stands in the status until the task is opened again; a task that was
// suspended until a day goes on after it by itself.
func TestRelapseAndSuspension(t *testing.T) {
	s := begin(t)
	claim := s.say("2024-03-01T09:00", "fgw", "T01", ledger.CompletionClaimed{Summary: "完成。"})
	s.say("2024-03-05T09:00", "fgw", "T01", ledger.TaskClosed{Completion: claim, AcceptedBy: "验收组", Summary: "同意。", Unverified: "资料齐全。"})
	s.say("2024-05-05T09:00", "fgw", "T01", ledger.TaskRechecked{On: "2024-05-05", Note: "成效保持。"})
	assert.Nil(t, s.judge("T01", "2024-05-06T09:00").Relapsed)
	s.say("2024-06-05T09:00", "fgw", "T01", ledger.TaskRechecked{On: "2024-06-05", Relapsed: true, Note: "反弹。"})
	require.NotNil(t, s.judge("T01", "2024-06-06T09:00").Relapsed)
	s.say("2024-06-10T09:00", "fgw", "T01", ledger.TaskReopened{Reason: "反弹。"})
	assert.Nil(t, s.judge("T01", "2024-06-11T09:00").Relapsed)

	s.say("2024-07-01T09:00", "sfj", "T08", ledger.TaskSuspended{Reason: "待上级办法。", Until: "2024-07-31"})
	assert.Equal(t, projections.Suspended, s.judge("T08", "2024-07-31T23:59").Life)
	assert.Equal(t, projections.Open, s.judge("T08", "2024-08-01T00:00").Life)
}

// Trap 11: 为基层减负: what was asked of a unit, month by month.
func TestBurdenCountsWhatWasAsked(t *testing.T) {
	s := begin(t)
	d := s.say("2024-03-05T17:00", "fgw", "T01", ledger.DirectiveIssued{Text: "报送清单。", AnswerBy: "2024-03-15"})
	s.say("2024-03-06T09:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	s.say("2024-03-06T10:00", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "附后。"})
	s.say("2024-04-01T10:00", "fgw", "T01", ledger.DirectiveReturned{Directive: d, Reason: "缺项。", AnswerBy: "2024-04-10"})
	s.say("2024-03-07T09:00", "fgw", "T06", ledger.ReminderSent{About: "请报送。"})
	s.say("2024-03-08T09:00", ledger.HQ, "", ledger.MeetingHeld{Tier: ledger.TierMonthly, On: "2024-03-08", Attended: []ledger.UnitID{"fgw"}, Absent: []ledger.UnitID{"wlj"}, Agenda: []ledger.Line{"进展"}})
	r := s.reports("T01", 10, "2024-02")
	s.say("2024-03-11T09:00", "fgw", "T01", ledger.ProgressReturned{Report: r, Reason: "缺佐证。"})
	i := s.say("2024-03-12T09:00", ledger.HQ, "", ledger.InspectionAuthorised{Code: "D-1", Scope: "核查", Tasks: []ledger.TaskID{"T01"}, From: "2024-03-12", To: "2024-03-20", Inspectors: []ledger.PartyID{"inspectors/d"}, Authority: "批准"})
	for _, when := range []string{"2024-03-13T09:00", "2024-03-13T15:00", "2024-03-14T09:00"} {
		s.say(when, "fgw", "T01", ledger.FindingRecorded{Inspection: i, Finding: "账实不符。"})
	}
	when := at(t, "2024-04-30T12:00")
	b := s.State.Burden("fgw", when)
	require.Len(t, b, 1)
	require.Len(t, b[0].Months, 2)
	assert.Equal(t, map[projections.Asking]int{projections.AskedDirective: 1, projections.AskedReminder: 1, projections.AskedMeeting: 1, projections.AskedReturn: 1, projections.AskedInspection: 2}, b[0].Months[0].By)
	assert.Equal(t, 6, b[0].Months[0].Total)
	assert.Equal(t, map[projections.Asking]int{projections.AskedReturn: 1}, b[0].Months[1].By)
	assert.Equal(t, 7, b[0].Total)
	assert.Equal(t, 1, s.State.Burden("wlj", when)[0].Total, "called to a meeting, come or not")
	assert.Len(t, s.State.Burden("", when), 3)
	assert.Zero(t, s.State.Burden("fgw", at(t, "2024-03-05T12:00"))[0].Total)
}
