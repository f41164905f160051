package projections_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// story folds what a test says, one statement after the other; signatures and
// rules are others' business.
type story struct {
	t testing.TB
	*fold
}

// begin is a campaign of 2024 with the default policy, three units, and T01 and
// T06 with fgw, T08 with sfj.
func begin(t testing.TB) *story {
	s := &story{t, newFold()}
	s.Clock = ledger.ClockRecorded
	s.say("2024-01-01T08:00", ledger.HQ, "", ledger.CharterAdopted{Campaign: "ja2023", Clock: ledger.ClockRecorded, From: "2024-01-01", To: "2024-12-31"})
	for _, u := range []ledger.UnitID{"fgw", "sfj", "wlj"} {
		s.say("2024-01-01T08:01", u, "", ledger.UnitRegistered{Party: ledger.PartyID("units/" + u), Name: ledger.Line(u), Member: true})
	}
	s.say("2024-01-01T08:02", ledger.HQ, "", seeds.DefaultPolicy())
	s.say("2024-01-02T09:00", "fgw", "T01", ledger.TaskAssigned{Name: "营商环境优化提升行动"})
	s.say("2024-01-02T09:00", "fgw", "T06", ledger.TaskAssigned{Name: "开发区管理改革"})
	s.say("2024-01-02T09:00", "sfj", "T08", ledger.TaskAssigned{Name: "行政执法改革"})
	return s
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02T15:04", s, ledger.Shanghai)
	require.NoError(t, err)
	return when
}

// say adds a statement and gives its id. body is a value of a kind's type.
func (s *story) say(when string, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Ref {
	kind := ledger.KindOf(body)
	n := len(s.State.Index.Statements) + 1
	id := uuid.MustParse(fmt.Sprintf("018e0b1c-0000-7000-8000-%012x", n))
	spec, _ := kind.Spec()
	statement := ledger.Statement{ID: id, Kind: kind, Campaign: "ja2023", Source: "units/gaige", Unit: unit, Task: task, Time: at(s.t, when), Body: spec.New()}
	reflect.ValueOf(statement.Body).Elem().Set(reflect.ValueOf(body))
	s.Apply(ledger.Event{Record: ledger.Record{Sequence: uint64(n), Recorded: at(s.t, when).UTC()}, Statement: statement})
	return id
}

// reports files a report for every month up to one, each in time.
func (s *story) reports(task ledger.TaskID, percent ledger.Percent, last ledger.Month) (report ledger.Ref) {
	unit := s.State.Tasks[task].Lead
	for m := ledger.Month("2024-01"); m <= last; m = m.Add(1) {
		report = s.say(string(m)+"-20T09:00", unit, task, ledger.ProgressReported{Period: m, Percent: percent, Summary: "进展。"})
	}
	return report
}

func (s *story) milestone(task ledger.TaskID, id ledger.LocalID, due ledger.Date, percent ledger.Percent) {
	s.say("2024-01-03T09:00", s.State.Tasks[task].Lead, task, ledger.MilestoneSet{Milestone: id, Name: "节点", Due: due, Percent: percent})
}

func (s *story) judge(task ledger.TaskID, when string) projections.TaskStatus {
	return s.State.Judge(s.State.Tasks[task], at(s.t, when))
}

func (s *story) light(task ledger.TaskID, when string) ledger.Light { return s.judge(task, when).Light }

// Trap 1: a member without a task is neither red nor 0 % nor an error.
func TestNoLeadTask(t *testing.T) {
	s := begin(t)
	u := s.State.UnitAt("wlj", at(t, "2024-06-30T12:00"))
	assert.True(t, u.NoLeadTask)
	assert.True(t, u.Member)
	assert.Empty(t, u.Tasks)
	assert.Empty(t, u.PlanFiled, "no plan is missing where nothing is led")
	assert.False(t, s.State.UnitAt("fgw", at(t, "2024-06-30T12:00")).NoLeadTask)
	assert.Equal(t, []ledger.UnitID{"fgw", "sfj", "wlj"}, s.State.UnitList())
}

// Trap 2: one unit leads two tasks; a late T06 does not stain T01.
func TestALateTaskDoesNotStainTheOther(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-29", 20)
	s.milestone("T06", "h1", "2024-02-29", 60)
	s.reports("T01", 20, "2024-03")
	s.reports("T06", 0, "2024-03")
	s.say("2024-02-28T09:00", "fgw", "T01", ledger.MilestoneReached{Milestone: "h1", On: "2024-02-28"})
	u := s.State.UnitAt("fgw", at(t, "2024-03-28T12:00"))
	require.Len(t, u.Tasks, 2)
	assert.Equal(t, []ledger.Light{ledger.Green, ledger.Red}, []ledger.Light{u.Tasks[0].Light, u.Tasks[1].Light})
	assert.Equal(t, []ledger.TaskID{"T01", "T06"}, []ledger.TaskID{u.Tasks[0].Task, u.Tasks[1].Task})
	assert.False(t, u.Tasks[0].Slow)
	assert.True(t, u.Tasks[1].Severe)
}

// Trap 3: without a milestone nothing is overdue: grey, and never green for lack of data.
func TestNoMilestoneIsGrey(t *testing.T) {
	s := begin(t)
	s.reports("T08", 0, "2024-11")
	for _, when := range []string{"2024-01-02T10:00", "2024-06-15T12:00", "2024-11-30T12:00"} {
		assert.Equal(t, ledger.Grey, s.light("T08", when), when)
	}
	s.milestone("T08", "h1", "2024-12-20", 100)
	assert.Equal(t, ledger.Grey, s.light("T08", "2024-12-20T12:00"), "set, and nothing due")
	s.reports("T08", 100, "2024-01") // a later word for an early month is not the last month's
	assert.Equal(t, ledger.Red, s.light("T08", "2024-12-21T00:00"))
}

// Trap 9: a milestone is due by the end of its day in Shanghai, a report by the end of
// the fifth-last working day.
func TestDaysEndInShanghai(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-29", 5)
	s.reports("T01", 5, "2024-02")
	last := at(t, "2024-02-29T23:59").Add(time.Minute - time.Millisecond)
	assert.Zero(t, s.State.Judge(s.State.Tasks["T01"], last).Figures.Due)
	assert.Equal(t, "2024-02-29T15:59:59.999Z", last.UTC().Format(time.RFC3339Nano))
	f := s.judge("T01", "2024-03-01T00:00").Figures
	assert.Equal(t, int64(1), f.Due)
	assert.Equal(t, int64(1), f.LateDays)

	assert.Zero(t, s.judge("T01", "2024-03-25T23:59").Figures.ReportsMissed)
	assert.Equal(t, int64(1), s.judge("T01", "2024-03-26T00:00").Figures.ReportsMissed)
	assert.Equal(t, int64(2), s.judge("T01", "2024-04-26T00:00").Figures.ReportsMissed)
	s.say("2024-04-27T09:00", "fgw", "T01", ledger.ProgressReported{Period: "2024-04", Percent: 5})
	f = s.judge("T01", "2024-04-27T09:00").Figures
	assert.Zero(t, f.ReportsMissed, "missed in a row")
	assert.Equal(t, int64(1), f.ReportsLate)
}

// Rule 4 and the default policy: slow one month is yellow, two months running red.
func TestSlowMonthsRunning(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-20", 20)
	s.reports("T01", 5, "2024-06")
	assert.Equal(t, ledger.Yellow, s.light("T01", "2024-02-21T00:00"))
	assert.Equal(t, int64(0), s.judge("T01", "2024-02-29T23:59").Figures.SlowMonths)
	assert.Equal(t, int64(1), s.judge("T01", "2024-03-01T00:00").Figures.SlowMonths)
	assert.Equal(t, ledger.Yellow, s.light("T01", "2024-03-31T23:59"))
	assert.Equal(t, ledger.Red, s.light("T01", "2024-04-01T00:00"))
	assert.True(t, s.judge("T01", "2024-04-01T00:00").Severe)
}

// A light says which expression gave it, from which figures, said by whom.
func TestALightShowsItsReasons(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-20", 50)
	report := s.reports("T01", 10, "2024-02")
	status := s.judge("T01", "2024-02-25T12:00")
	assert.Equal(t, ledger.Red, status.Light)
	assert.Equal(t, "gap > 30.0 || slow_months >= 2 || late_days > 60 || false_report", status.Expression)
	assert.Equal(t, 40.0, status.Figures.Gap)
	assert.Equal(t, []uint64{s.State.Index.Statements[report].Sequence}, status.Sources["actual"])
	assert.Equal(t, s.State.Tasks["T01"].Milestones[0].Sequence, status.Sources["planned"][0])
	assert.Equal(t, s.State.Charter.Policies[0].Sequence, status.Policy)
	assert.Empty(t, status.Doubts)
}

// What was verified on the spot outranks what was claimed, before and after.
func TestVerifiedOutranksClaimed(t *testing.T) {
	s := begin(t)
	report := s.reports("T01", 80, "2024-02")
	s.say("2024-02-21T09:00", "fgw", "T01", ledger.ProgressVerified{Report: report, Percent: 30})
	s.say("2024-02-22T09:00", "fgw", "T01", ledger.ProgressCorrected{Report: report, Percent: 90})
	f := s.judge("T01", "2024-02-23T09:00").Figures
	assert.Equal(t, 30.0, f.Actual)
	assert.Equal(t, 90.0, f.Claimed)
	assert.Equal(t, 80.0, s.judge("T01", "2024-02-20T10:00").Figures.Actual, "what was known then")
}

// A report proven false is severe, and sending it back does not wash it off.
func TestAFalseReportStays(t *testing.T) {
	s := begin(t)
	report := s.say("2024-01-20T09:00", "fgw", "T01", ledger.ProgressReported{Period: "2024-01", Percent: 80})
	s.say("2024-01-21T09:00", "fgw", "T01", ledger.ProgressDisputed{Report: report, Percent: 10, False: true})
	assert.Equal(t, ledger.Red, s.light("T01", "2024-01-21T10:00"))
	s.say("2024-01-22T09:00", "fgw", "T01", ledger.ProgressReturned{Report: report})
	assert.True(t, s.judge("T01", "2024-01-22T10:00").Figures.FalseReport)
	again := s.say("2024-01-23T09:00", "fgw", "T01", ledger.ProgressReported{Period: "2024-01", Percent: 10})
	assert.True(t, s.judge("T01", "2024-01-23T10:00").Figures.FalseReport)
	s.say("2024-01-24T09:00", "fgw", "T01", ledger.ProgressVerified{Report: again, Percent: 10})
	assert.False(t, s.judge("T01", "2024-01-24T10:00").Figures.FalseReport, "until one is found true")
}

// While an accepted blocker waits the clock stands still, visibly; it is taken
// off the dates that it held up and no others.
func TestWaitingStopsTheClock(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-03-10", 40)
	blocker := s.say("2024-03-01T09:00", "fgw", "T01", ledger.BlockerRaised{What: "接口未开放", Asks: "officers/commander"})
	s.say("2024-03-05T09:00", "fgw", "T01", ledger.BlockerDecided{Blocker: blocker, Accepted: true})
	assert.True(t, s.judge("T01", "2024-03-05T09:00").Figures.Waiting, "from that very instant")
	assert.Zero(t, s.judge("T01", "2024-04-30T09:00").Figures.Due, "however long it takes")
	s.say("2024-03-25T09:00", "fgw", "T01", ledger.BlockerCleared{Blocker: blocker})
	f := s.judge("T01", "2024-03-25T09:00").Figures
	assert.False(t, f.Waiting, "until that very instant")
	assert.Equal(t, int64(20), f.WaitedDays)
	assert.Zero(t, s.judge("T01", "2024-03-30T23:59").Figures.Due)
	assert.Equal(t, int64(1), s.judge("T01", "2024-03-31T00:00").Figures.LateDays)

	s.say("2024-04-01T09:00", "fgw", "T01", ledger.MilestoneSet{Milestone: "h2", Name: "后设的节点", Due: "2024-04-10", Percent: 50})
	assert.Equal(t, 50.0, s.judge("T01", "2024-04-11T00:00").Figures.Planned, "a date set afterwards reckons with the waiting before it")
}

func TestAnExtensionMovesADateAndKeepsTheOld(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-20", 40)
	request := s.say("2024-02-10T09:00", "fgw", "T01", ledger.ExtensionRequested{Milestone: "h1", To: "2024-03-20"})
	s.say("2024-02-25T09:00", "fgw", "T01", ledger.ExtensionDecided{Request: request, Granted: true, To: "2024-03-10"})
	assert.Equal(t, int64(5), s.judge("T01", "2024-02-25T08:59").Figures.LateDays, "it was late until it was granted")
	assert.Zero(t, s.judge("T01", "2024-02-25T09:00").Figures.LateDays)
	assert.Equal(t, int64(1), s.judge("T01", "2024-03-11T00:00").Figures.LateDays)
	require.Len(t, s.State.Tasks["T01"].Milestones[0].Dues, 2)
	assert.Equal(t, ledger.Date("2024-02-20"), s.State.Tasks["T01"].Milestones[0].Dues[0].Date)
}

// No report is owed for a month whose deadline passed before the task was given,
// nor while the door takes none.
func TestReportsAreOwedWhenTheyCanBeGiven(t *testing.T) {
	s := begin(t)
	s.say("2024-03-26T09:00", "sfj", "T09", ledger.TaskAssigned{Name: "科技创新改革"})
	assert.Zero(t, s.judge("T09", "2024-03-31T12:00").Figures.ReportsMissed)
	assert.Equal(t, int64(1), s.judge("T09", "2024-04-26T00:00").Figures.ReportsMissed)

	s.reports("T01", 10, "2024-02")
	s.say("2024-03-01T09:00", "fgw", "T01", ledger.TaskSuspended{Reason: "等待立法"})
	assert.Equal(t, ledger.Grey, s.light("T01", "2024-05-31T12:00"))
	s.say("2024-06-03T09:00", "fgw", "T01", ledger.TaskReopened{Reason: "立法完成"})
	f := s.judge("T01", "2024-06-10T12:00").Figures
	assert.Zero(t, f.ReportsMissed)
	assert.Zero(t, f.SlowMonths)
	assert.Equal(t, int64(1), s.judge("T01", "2024-06-25T00:00").Figures.ReportsMissed)
}

func TestAClosedTaskIsBlueAndNotBehind(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-20", 90)
	claim := s.say("2024-03-01T09:00", "fgw", "T01", ledger.CompletionClaimed{Summary: "完成"})
	assert.Equal(t, projections.Claimed, s.judge("T01", "2024-03-01T09:00").Life)
	s.say("2024-03-05T09:00", "fgw", "T01", ledger.TaskClosed{Completion: claim})
	status := s.judge("T01", "2024-09-01T09:00")
	assert.Equal(t, ledger.Blue, status.Light)
	assert.Equal(t, projections.Closed, status.Life)
	assert.False(t, status.Slow || status.Severe)
	assert.Equal(t, ledger.Red, s.light("T01", "2024-03-05T08:59"))
}

// Policy of its day: a light of the past is judged by what was in force then, and
// a later policy moves no deadline that has passed.
func TestPolicyOfItsDay(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "h1", "2024-02-20", 30)
	s.reports("T01", 15, "2024-05")
	strict := seeds.DefaultPolicy()
	strict.Name, strict.InForce = "从严口径", "2024-03-10"
	strict.Lights[2].When = "gap > 12.0"
	strict.Clocks.ReportLast = 15 // a report on the 20th would have been late
	s.say("2024-03-01T09:00", ledger.HQ, "", strict)
	before, eve, after := s.judge("T01", "2024-02-25T12:00"), s.judge("T01", "2024-03-09T23:59"), s.judge("T01", "2024-03-10T00:00")
	assert.Equal(t, []ledger.Light{ledger.Yellow, ledger.Yellow, ledger.Red}, []ledger.Light{before.Light, eve.Light, after.Light})
	assert.Equal(t, before.Policy, eve.Policy)
	assert.NotEqual(t, eve.Policy, after.Policy)
	assert.Equal(t, "gap > 12.0", after.Expression)
	assert.Zero(t, after.Figures.ReportsLate, "January and February had their own deadline")
	assert.Equal(t, int64(3), s.judge("T01", "2024-06-05T12:00").Figures.ReportsLate)
}

func TestDoubtsAreShown(t *testing.T) {
	s := &story{t, newFold()}
	s.say("2024-01-01T08:00", ledger.HQ, "", ledger.CharterAdopted{Campaign: "ja2023", Clock: ledger.ClockRecorded, From: "2024-01-01", To: "2025-12-31"})
	s.say("2024-01-02T09:00", "fgw", "T01", ledger.TaskAssigned{Name: "营商环境"})
	status := s.judge("T01", "2024-02-01T12:00")
	assert.Equal(t, ledger.Grey, status.Light)
	require.Len(t, status.Doubts, 1)
	assert.Contains(t, status.Doubts[0], "no policy is in force")

	policy := seeds.DefaultPolicy()
	policy.Calendar = slices.DeleteFunc(policy.Calendar, func(y ledger.WorkYear) bool { return y.Year != 2024 })
	policy.Lights = append([]ledger.LightRule{{Light: ledger.Red, When: "10 / due > 1"}}, policy.Lights...)
	s.say("2024-02-01T13:00", ledger.HQ, "", policy)
	status = s.judge("T01", "2024-02-02T12:00")
	require.Len(t, status.Doubts, 1)
	assert.Contains(t, status.Doubts[0], "10 / due > 1", "an expression that cannot be evaluated does not hold, and says why")

	status = s.judge("T01", "2025-02-02T12:00")
	assert.Contains(t, fmt.Sprint(status.Doubts), "no year 2025")
	assert.Equal(t, int64(13), status.Figures.ReportsMissed, "the last day of the month stands in")
}

// A calendar that comes later settles the doubts about months that lacked it.
func TestALaterCalendarSettlesADoubt(t *testing.T) {
	s := begin(t)
	bare := seeds.DefaultPolicy()
	bare.Calendar = []ledger.WorkYear{{Year: 2023}}
	s.say("2024-01-05T09:00", ledger.HQ, "", bare)
	assert.NotEmpty(t, s.judge("T01", "2024-02-05T09:00").Doubts)
	s.say("2024-02-06T09:00", ledger.HQ, "", seeds.DefaultPolicy())
	assert.Empty(t, s.judge("T01", "2024-02-07T09:00").Doubts)
}

// Under a declared clock a campaign is judged by what is claimed, and its present
// is the latest claim.
func TestDeclaredClock(t *testing.T) {
	s := &story{t, newFold()}
	s.say("2024-01-01T08:00", ledger.HQ, "", ledger.CharterAdopted{Campaign: "ja2023", Clock: ledger.ClockDeclared, From: "2024-01-01", To: "2024-12-31"})
	id := s.say("2024-03-05T09:00", "fgw", "T01", ledger.TaskAssigned{Name: "营商环境"})
	now := at(t, "2026-01-01T00:00")
	assert.Equal(t, at(t, "2024-03-05T09:00").UTC(), s.State.Now(now))
	assert.Equal(t, s.State.Tasks["T01"].Assigned.ID, id)

	r := begin(t)
	assert.Equal(t, at(t, "2024-05-01T00:00"), r.State.Now(at(t, "2024-05-01T00:00")))
	assert.Equal(t, ledger.Date("2024-12-31").End(), r.State.Now(now), "never after the campaign's term")
}

func TestUnitFigures(t *testing.T) {
	s := begin(t)
	plan := s.say("2024-01-10T09:00", "fgw", "", ledger.AnnualPlanFiled{Year: 2024})
	one := s.say("2024-02-01T09:00", "fgw", "T01", ledger.DirectiveIssued{Text: "甲", AnswerBy: "2024-02-05"})
	s.say("2024-02-01T09:00", "fgw", "T01", ledger.DirectiveIssued{Text: "乙", AnswerBy: "2024-02-25"})
	done := s.say("2024-02-01T09:00", "fgw", "T06", ledger.DirectiveIssued{Text: "丙", AnswerBy: "2024-02-05"})
	s.say("2024-02-02T09:00", "fgw", "T06", ledger.DirectiveAcknowledged{Directive: done})
	s.say("2024-02-02T09:01", "fgw", "T06", ledger.DirectiveAnswered{Directive: done})
	s.say("2024-02-02T09:02", "fgw", "T06", ledger.DirectiveAccepted{Directive: done})
	s.say("2024-02-02T09:03", "fgw", "T01", ledger.ReminderSent{About: "甲"})
	draft := s.say("2024-02-02T09:04", "fgw", "T01", ledger.NoticeDrafted{})
	s.say("2024-02-08T09:00", "fgw", "T01", ledger.NoticeIssued{Notice: draft})
	card := s.say("2024-02-09T09:00", "fgw", "T01", ledger.CardProposed{Colour: "yellow"})

	u := s.State.UnitAt("fgw", at(t, "2024-02-10T12:00"))
	assert.Equal(t, projections.DirectiveCount{Open: 2, Overdue: 1, Done: 1}, u.Directives)
	assert.Equal(t, 1, u.Reminders)
	assert.Equal(t, 1, u.Notices)
	assert.Equal(t, map[projections.CardState]int{projections.CardProposed: 1}, u.Cards)
	assert.Equal(t, map[int]bool{2024: true}, u.PlanFiled)
	assert.Equal(t, []projections.CardBrief{{Proposal: card, Colour: "yellow", State: projections.CardProposed}}, u.Tasks[0].Cards)
	assert.Len(t, s.State.Units.Trails["fgw"], int(u.Trail))
	assert.False(t, s.State.Directives[one].Overdue(ledger.Date("2024-02-05").End()), "due by the end of its day")

	s.say("2024-02-11T09:00", "fgw", "", ledger.AnnualPlanReturned{Plan: plan})
	assert.Equal(t, map[int]bool{2024: false}, s.State.UnitAt("fgw", at(t, "2024-02-12T12:00")).PlanFiled)
	_, err := s.State.FindTask("T99")
	assert.Equal(t, ledger.NotFound, ledger.ClassOf(err))
}

// Trap 7: units are renamed and succeeded; history stays under the old name.
func TestNamesAreDated(t *testing.T) {
	s := begin(t)
	s.say("2024-03-01T09:00", "sfj", "", ledger.UnitRenamed{Party: "units/sfj", Name: "市司法和依法治市局", From: "2024-04-01"})
	u, _ := s.State.Units.Unit("sfj")
	assert.Equal(t, "sfj", u.NameAt("2024-03-31"))
	assert.Equal(t, "市司法和依法治市局", u.NameAt("2024-04-01"))
	s.say("2024-05-01T09:00", "sfj", "", ledger.UnitSucceeded{By: "wlj", From: "2024-06-01"})
	s.say("2024-07-01T09:00", "wlj", "", ledger.UnitSucceeded{By: "fgw", From: "2024-08-01"})
	for day, want := range map[ledger.Date]ledger.UnitID{"2024-05-31": "sfj", "2024-06-01": "wlj", "2024-07-31": "wlj", "2024-08-01": "fgw"} {
		assert.Equal(t, want, s.State.Units.Acting("sfj", day), day)
	}
	assert.Equal(t, ledger.UnitID("nobody"), s.State.Units.Acting("nobody", "2024-08-01"))
}

// Trap 10: sealing takes two persons, and hides without changing anything.
func TestSealingTakesTwo(t *testing.T) {
	s := begin(t)
	report := s.reports("T01", 10, "2024-01")
	digest := ledger.Digest("0000000000000000000000000000000000000000000000000000000000000000")
	sealing := s.say("2024-02-01T09:00", "fgw", "T01", ledger.ContentSealed{Statement: &report})
	file := s.say("2024-02-01T09:01", "fgw", "T01", ledger.ContentSealed{Attachment: digest})
	assert.False(t, s.State.Sealings.Statement(report))
	assert.False(t, s.State.Sealings.Attachment(digest))
	s.say("2024-02-02T09:00", "fgw", "T01", ledger.ContentSealed{Statement: &report, Seconds: &sealing})
	s.say("2024-02-02T09:01", "fgw", "T01", ledger.ContentSealed{Attachment: digest, Seconds: &file})
	assert.True(t, s.State.Sealings.Statement(report))
	assert.True(t, s.State.Sealings.Attachment(digest))
	assert.False(t, s.State.Sealings.Statement(sealing))
	assert.Equal(t, 10.0, s.judge("T01", "2024-02-03T09:00").Figures.Claimed)
}

// A record that this version cannot read is counted and shown, never dropped.
func TestUnknowableIsCounted(t *testing.T) {
	s := begin(t)
	n := len(s.State.Index.Statements)
	s.Apply(ledger.Event{Record: ledger.Record{Sequence: uint64(n + 1), Recorded: at(t, "2024-02-01T09:00")},
		Statement: ledger.Statement{ID: uuid.UUID{9}, Kind: "budget.moved.v1", Unit: "fgw", Task: "T01", Body: &ledger.Unknowable{}}})
	assert.Equal(t, 1, s.State.Index.Unreadable)
	assert.Equal(t, 1, s.State.Index.Kinds["budget.moved.v1"])
	assert.True(t, s.State.Index.Statements[uuid.UUID{9}].Unread)
	assert.Contains(t, s.State.Tasks["T01"].Sequences, uint64(n+1))
}
