package projections_test

import (
	"slices"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
)

// waits are what waits on a task, or on a unit alone, at an instant: kind, whose turn,
// by when, and whether it is late.
func (s *story) waits(task ledger.TaskID, when string) []string {
	list := []string{}
	all := s.State.PendingList(at(s.t, when))
	if t := s.State.Tasks[task]; t != nil {
		others := func(p projections.Pending) bool { return p.Task != task }
		assert.Equal(s.t, slices.DeleteFunc(slices.Clone(all), others), s.State.PendingOf(t, at(s.t, when)))
	}
	for _, p := range all {
		if p.Task != task || p.Kind == "progress.reported.v1" || p.Kind == "reminder.sent.v1" || p.Kind == "annualplan.filed.v1" && p.Unit != "fgw" {
			continue
		}
		words := string(p.Kind) + " " + string(p.Whom)
		if p.Due != "" {
			words += " " + string(p.Due)
		}
		if p.Late {
			words += " late"
		}
		list = append(list, words)
	}
	return list
}

// A directive is one's turn, then the other's, and nobody's once it is accepted.
func TestWhoseTurnADirectiveIs(t *testing.T) {
	s := begin(t)
	d := s.asked()
	assert.Equal(t, []string{"directive.acknowledged.v1 unit 2024-03-06"}, s.waits("T01", "2024-03-05T18:00"))
	assert.Equal(t, []string{"directive.acknowledged.v1 unit 2024-03-06 late"}, s.waits("T01", "2024-03-07T18:00"))
	s.say("2024-03-07T19:00", "fgw", "T01", ledger.DirectiveAcknowledged{Directive: d})
	assert.Equal(t, []string{"directive.answered.v1 unit 2024-03-15"}, s.waits("T01", "2024-03-08T18:00"))
	s.say("2024-03-14T09:00", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "附后。"})
	assert.Equal(t, []string{"directive.accepted.v1 commander 2024-03-19"}, s.waits("T01", "2024-03-14T18:00"))
	s.say("2024-03-15T09:00", "fgw", "T01", ledger.DirectiveReturned{Directive: d, Reason: "缺项。", AnswerBy: "2024-03-25"})
	assert.Equal(t, []string{"directive.answered.v1 unit 2024-03-25 late"}, s.waits("T01", "2024-03-26T18:00"))
	assert.Equal(t, []string{"directive.acknowledged.v1 unit 2024-03-06"}, s.waits("T01", "2024-03-06T18:00"), "as it was then")
	s.say("2024-03-26T19:00", "fgw", "T01", ledger.DirectiveAnswered{Directive: d, Answer: "补齐。"})
	s.say("2024-03-26T20:00", "fgw", "T01", ledger.DirectiveAccepted{Directive: d})
	assert.Empty(t, s.waits("T01", "2024-03-27T18:00"))
	s.asked()
	s.say("2024-03-27T09:00", "fgw", "T01", ledger.TaskSuspended{Reason: "待上级办法。"})
	assert.Empty(t, s.waits("T01", "2024-03-28T18:00"), "nobody can answer for a task that stands")
}

// What was said about a task waits for whoever is to speak next, and for nobody after.
func TestWhoseTurnATaskIs(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "m1", "2024-03-31", 30)
	assert.Empty(t, s.waits("T01", "2024-02-20T09:00"), "due in more than a month")
	assert.Equal(t, []string{"milestone.reached.v1 unit 2024-03-31"}, s.waits("T01", "2024-03-20T09:00"))
	e := s.say("2024-03-21T09:00", "fgw", "T01", ledger.ExtensionRequested{Milestone: "m1", To: "2024-06-30", Reason: "选址。"})
	assert.Equal(t, []string{"milestone.reached.v1 unit 2024-03-31", "extension.decided.v1 commander"}, s.waits("T01", "2024-03-22T09:00"))
	s.say("2024-03-22T10:00", "fgw", "T01", ledger.ExtensionDecided{Request: e, Granted: true, To: "2024-06-30", Reason: "同意。"})
	assert.Empty(t, s.waits("T01", "2024-03-23T09:00"))
	b := s.say("2024-03-24T09:00", "fgw", "T01", ledger.BlockerRaised{What: "条例须人大通过。", Asks: "officers/commander", Outside: "市人大常委会", WantedBy: "2024-04-01"})
	assert.Equal(t, []string{"blocker.decided.v1 commander 2024-04-01 late"}, s.waits("T01", "2024-04-02T09:00"))
	s.say("2024-04-02T10:00", "fgw", "T01", ledger.BlockerDecided{Blocker: b, Accepted: true, Decision: "属实。"})
	assert.Equal(t, []string{"blocker.cleared.v1 outside 2024-04-01 late"}, s.waits("T01", "2024-04-03T09:00"))
	s.say("2024-04-12T10:00", "fgw", "T01", ledger.BlockerCleared{Blocker: b, How: "已通过。"})
	assert.Equal(t, []string{"milestone.reached.v1 unit 2024-07-10"}, s.waits("T01", "2024-07-10T09:00"), "the ten days that it waited are taken off")
	s.say("2024-07-10T10:00", "fgw", "T01", ledger.MilestoneReached{Milestone: "m1", On: "2024-07-10"})
	claim := s.say("2024-07-11T10:00", "fgw", "T01", ledger.CompletionClaimed{Summary: "完成。"})
	assert.Contains(t, s.waits("T01", "2024-07-12T09:00"), "task.closed.v1 commander")
	s.say("2024-07-12T10:00", "fgw", "T01", ledger.TaskClosed{Completion: claim, AcceptedBy: "验收组", Summary: "同意。", Unverified: "资料齐全。"})
	assert.Empty(t, s.waits("T01", "2024-07-13T09:00"))
}

// Reports that were missed wait as one, until a later one stands.
func TestReportsWaitAsOne(t *testing.T) {
	s := begin(t)
	reports := func(when string) (list []projections.Pending) {
		for _, p := range s.State.PendingList(at(t, when)) {
			if p.Task == "T08" && p.Kind == "progress.reported.v1" {
				list = append(list, p)
			}
		}
		return list
	}
	assert.Empty(t, reports("2024-01-10T09:00"), "the month is young")
	due := reports("2024-01-20T09:00")
	assert.Len(t, due, 1)
	assert.Equal(t, "2024-01", due[0].Value)
	assert.False(t, due[0].Late)
	missed := reports("2024-03-01T09:00")
	assert.Len(t, missed, 1)
	assert.True(t, missed[0].Late)
	assert.Equal(t, "2024-01", missed[0].Value)
	assert.Equal(t, "2024-01 2024-02", missed[0].Text)
	s.say("2024-03-01T10:00", "sfj", "T08", ledger.ProgressReported{Period: "2024-02", Percent: 3, Summary: "进展。"})
	assert.Empty(t, reports("2024-03-02T09:00"))
}

// From a slow task to a card that goes again: each step is one side's turn.
func TestWhoseTurnAnEscalationIs(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "m1", "2024-02-10", 90)
	s.reports("T01", 0, "2024-04")
	slow := func(when string) (list []ledger.Kind) {
		for _, p := range s.State.PendingList(at(t, when)) {
			if p.Task == "T01" && p.Kind != "milestone.reached.v1" && p.Kind != "progress.reported.v1" {
				list = append(list, p.Kind)
			}
		}
		return list
	}
	assert.Equal(t, []ledger.Kind{"reminder.sent.v1"}, slow("2024-02-20T09:00"))
	s.say("2024-02-20T10:00", "fgw", "T01", ledger.ReminderSent{About: "请报送。"})
	assert.Equal(t, []ledger.Kind{"notice.drafted.v1"}, slow("2024-02-21T09:00"))
	n := s.say("2024-02-21T10:00", "fgw", "T01", ledger.NoticeDrafted{Facts: []ledger.Text{"逾期。"}, CommentBy: "2024-02-26"})
	assert.Equal(t, []ledger.Kind{"notice.commented.v1"}, slow("2024-02-22T09:00"))
	assert.Equal(t, []ledger.Kind{"notice.issued.v1"}, slow("2024-02-27T09:00"), "the time to comment has passed")
	s.say("2024-02-22T10:00", "fgw", "T01", ledger.NoticeCommented{Notice: n, Comment: "属实。", Accepts: true})
	assert.Equal(t, []ledger.Kind{"notice.issued.v1"}, slow("2024-02-23T09:00"))
	issued := s.say("2024-02-27T10:00", "fgw", "T01", ledger.NoticeIssued{Notice: n, Number: "1", Text: "通报。"})
	assert.Equal(t, []ledger.Kind{"notice.acknowledged.v1", "talk.held.v1"}, slow("2024-02-28T09:00"), "a talk before a card")
	s.say("2024-02-28T09:30", "fgw", "T01", ledger.TalkHeld{On: "2024-02-28", With: "主要负责人", Summary: "约谈。"})
	assert.Equal(t, []ledger.Kind{"card.proposed.v1", "notice.acknowledged.v1"}, slow("2024-02-28T09:40"))
	s.say("2024-02-28T10:00", "fgw", "T01", ledger.NoticeAcknowledged{Notice: issued})
	p := s.say("2024-02-29T10:00", "fgw", "T01", ledger.CardProposed{Colour: "yellow", Reason: "严重滞后。", Notices: []ledger.Ref{issued}})
	assert.Equal(t, []ledger.Kind{"card.granted.v1"}, slow("2024-03-01T09:00"))
	g := s.say("2024-03-01T10:00", "fgw", "T01", ledger.CardGranted{Proposal: p, Colour: "yellow", Duty: "限期整改。", Until: "2024-06-30", Criteria: []ledger.Line{"完成"}, Accepts: "authorities/zuzhibu"})
	assert.Equal(t, []ledger.Kind{"rectification.filed.v1"}, slow("2024-03-02T09:00"))
	r := s.say("2024-03-02T10:00", "fgw", "T01", ledger.RectificationFiled{Of: g, Measures: "已整改。"})
	review := s.say("2024-03-02T11:00", "fgw", "T01", ledger.ReviewRequested{Of: g, Grounds: "不服。"})
	assert.ElementsMatch(t, []ledger.Kind{"rectification.accepted.v1", "review.decided.v1"}, slow("2024-03-03T09:00"))
	for _, x := range s.State.PendingList(at(t, "2024-03-03T09:00")) {
		if x.Kind == "review.decided.v1" {
			assert.Contains(t, x.Recused, ledger.PartyID("authorities/zuzhibu"), "who decided on the card decides no review of it")
		}
	}
	s.say("2024-03-04T10:00", "fgw", "T01", ledger.ReviewDecided{Request: review, Outcome: ledger.Upheld, Reason: "维持。"})
	s.say("2024-03-04T11:00", "fgw", "T01", ledger.RectificationAccepted{Rectification: r})
	assert.Equal(t, []ledger.Kind{"removal.applied.v1"}, slow("2024-03-05T09:00"))
	a := s.say("2024-03-05T10:00", "fgw", "T01", ledger.RemovalApplied{Card: g, Answers: []ledger.Text{"完成"}})
	assert.Equal(t, []ledger.Kind{"removal.checked.v1"}, slow("2024-03-06T09:00"))
	s.say("2024-03-06T10:00", "fgw", "T01", ledger.RemovalChecked{Application: a, On: "2024-03-06", Met: []bool{true}, Note: "达到。"})
	assert.Equal(t, []ledger.Kind{"card.removed.v1"}, slow("2024-03-07T09:00"))
	s.say("2024-03-07T10:00", "fgw", "T01", ledger.CardRemoved{Application: a, Reason: "同意。"})
	assert.Empty(t, slow("2024-03-08T09:00"), "what was done since it became slow is not done twice")
}

// What two persons sealed is not shown by what waits for an answer to it.
func TestWhatWaitsShowsNothingSealed(t *testing.T) {
	s := begin(t)
	d := s.asked()
	texts := func() (hidden, shown int) {
		for _, p := range s.State.PendingList(at(t, "2024-03-06T18:00")) {
			if p.Kind == "directive.acknowledged.v1" {
				if p.Hidden && p.Text == "" {
					hidden++
				} else if p.Text == "报送清单。" {
					shown++
				}
			}
		}
		return hidden, shown
	}
	hidden, shown := texts()
	assert.Equal(t, []int{0, 1}, []int{hidden, shown})
	first := s.say("2024-03-06T09:00", "fgw", "", ledger.ContentSealed{Statement: &d, Reason: "误填。"})
	s.say("2024-03-06T09:10", "fgw", "", ledger.ContentSealed{Statement: &d, Seconds: &first, Reason: "附议。"})
	hidden, shown = texts()
	assert.Equal(t, []int{1, 0}, []int{hidden, shown})
}

// Where nothing counts from earlier than it was recorded, one state of the campaign has
// the changes that two states have.
func TestChangesOfOneState(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "m1", "2024-02-10", 90)
	s.reports("T01", 5, "2024-01")
	from := at(t, "2024-02-01T00:00")
	early := s.State.FlatUnit("fgw", from)
	s.say("2024-02-20T09:00", "fgw", "T06", ledger.ProgressReported{Period: "2024-02", Percent: 15, Summary: "进展。"})
	s.asked()
	to := at(t, "2024-03-15T09:00")
	changed := s.State.ChangesOf("fgw", from, to)
	assert.NotEmpty(t, changed)
	delete(early, "unit.trail") // of a count, only the last one is kept
	was := s.State.FlatUnit("fgw", from)
	delete(was, "unit.trail")
	assert.Equal(t, early, was)
}

// The strip of lights is what judging each month's last moment gives.
func TestMonthLightsAreThoseOfTheMonthsEnds(t *testing.T) {
	s := begin(t)
	s.milestone("T01", "m1", "2024-02-10", 90)
	s.reports("T01", 5, "2024-03")
	when := at(t, "2024-05-15T09:00")
	strip := s.State.MonthLights(s.State.Tasks["T01"], when)
	assert.Len(t, strip, 5)
	for i, m := range strip[:4] {
		assert.Equal(t, ledger.Month("2024-01").Add(i), m.Month)
		assert.Equal(t, s.State.Judge(s.State.Tasks["T01"], m.Month.Last().End()).Light, m.Light, m.Month)
	}
	assert.Equal(t, s.State.Judge(s.State.Tasks["T01"], when).Light, strip[4].Light)
	assert.NotEqual(t, strip[0].Light, strip[2].Light)
	assert.Equal(t, strip, s.State.MonthLightsOf(s.State.TaskList(), when)["T01"])
	assert.Empty(t, s.State.MonthLights(s.State.Tasks["T01"], at(t, "2023-05-15T09:00")))
}

// What the wall plan asks for at every move of the ledger.
func BenchmarkPendingList(b *testing.B) {
	c := simulated(b).State
	when := c.Index.Latest
	for b.Loop() {
		c.PendingList(when)
	}
}

func BenchmarkMonthLights(b *testing.B) {
	c := simulated(b).State
	when := c.Index.Latest
	for b.Loop() {
		c.MonthLightsOf(c.TaskList(), when)
	}
}
