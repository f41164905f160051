package projections_test

import (
	"reflect"
	"testing"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opened is the Ji'an plan as `ducha init` says it.
func opened(t *testing.T) *story {
	s := &story{t, newFold()}
	s.Clock = ledger.ClockRecorded
	charter := ledger.CharterAdopted{Campaign: "ja2023", Clock: ledger.ClockRecorded, From: "2024-01-01", To: "2025-12-31"}
	for _, said := range seeds.Opening(seeds.JiAn(), charter, "") {
		s.say("2024-01-02T09:00", said.Unit, said.Task, reflect.ValueOf(said.Body).Elem().Interface())
	}
	return s
}

// Trap 1: a member without a task is neither good nor bad; 12 tasks, 11 lead units, 13 members.
func TestTrap01AMemberWithoutATask(t *testing.T) {
	s := opened(t)
	tasks, leads, members := 0, 0, 0
	for _, id := range s.State.UnitList() {
		u := s.State.UnitAt(id, at(t, "2025-06-30T12:00"))
		tasks += len(u.Tasks)
		if u.Member {
			members++
		}
		if len(u.Tasks) > 0 {
			leads++
		}
		assert.Equal(t, id == "ggb" || id == "wglj", u.NoLeadTask, "%s", id)
		if u.NoLeadTask {
			assert.Empty(t, u.PlanFiled, "%s owes no annual plan of tasks", id)
			assert.Empty(t, u.Tasks)
		}
	}
	assert.Equal(t, 12, tasks)
	assert.Equal(t, 11, leads)
	assert.Equal(t, 13, members)
}

// Trap 2: 市发改委 leads T01 and T06; a late T06 does not stain T01, and what is said names the task.
func TestTrap02ALateTaskDoesNotStainTheOther(t *testing.T) {
	s := opened(t)
	for _, id := range []ledger.TaskID{"T01", "T06"} {
		s.say("2024-01-05T09:00", "fgw", id, ledger.MilestoneSet{Milestone: "M1", Name: "节点", Due: "2024-03-31", Percent: 50})
	}
	for _, m := range []ledger.Month{"2024-01", "2024-02", "2024-03", "2024-04"} {
		s.say(string(m.Last())+"T08:00", "fgw", "T01", ledger.ProgressReported{Period: m, Percent: 60, Summary: "按计划"})
		s.say(string(m.Last())+"T08:00", "fgw", "T06", ledger.ProgressReported{Period: m, Percent: 5, Summary: "滞后"})
	}
	s.say("2024-03-29T10:00", "fgw", "T01", ledger.MilestoneReached{Milestone: "M1", On: "2024-03-29"})
	lights := map[ledger.TaskID]ledger.Light{}
	u := s.State.UnitAt("fgw", at(t, "2024-05-06T12:00"))
	for _, task := range u.Tasks {
		lights[task.Task] = task.Light
	}
	assert.Equal(t, map[ledger.TaskID]ledger.Light{"T01": ledger.Green, "T06": ledger.Red}, lights)
	s.say("2024-05-07T09:00", "fgw", "T06", ledger.ReminderSent{About: "请加快。"})
	for _, r := range s.State.Escalations.Reminders {
		assert.Equal(t, ledger.TaskID("T06"), r.Task)
	}
}

// Trap 5: the source's words stand, other spellings are aliases that find the
// task, and a doubt is settled by a signed clarification, never silently.
func TestTrap05WordsAreKeptAndDoubtsAreSettledInTheOpen(t *testing.T) {
	s := opened(t)
	for words, id := range map[ledger.TaskID]ledger.TaskID{
		"全国普惠金融改革实验区建设": "T03", "全国普惠金融改革试验区": "T03", "国家跨境电商综合实验区建设": "T05", "跨境电商综合试验区": "T05", "T10": "T10", "Science and technology": "T09",
	} {
		found, err := s.State.FindTask(words)
		require.NoError(t, err, words)
		assert.Equal(t, id, found.ID, words)
	}
	assert.Equal(t, ledger.Line("全国普惠金融改革实验区建设"), s.State.Tasks["T03"].Given.Name, "the plan's own words")
	_, err := s.State.FindTask("试验区")
	assert.Equal(t, ledger.NotFound, ledger.ClassOf(err), "what is not on record finds nothing")

	question := func(when string) projections.QuestionStatus {
		for _, q := range s.State.QuestionList(at(t, when)) {
			if q.Question == "W03" {
				return q
			}
		}
		require.Fail(t, "W03 is not on record")
		return projections.QuestionStatus{}
	}
	assert.Equal(t, []ledger.LocalID{"T10", "Q24"}, question("2024-02-01T09:00").About)
	assert.Equal(t, projections.QuestionOpen, question("2024-02-01T09:00").State)
	first := s.say("2024-03-12T09:00", ledger.HQ, "", ledger.ClarificationIssued{Question: "W03", Answer: "两处所指为同一事项。"})
	second := s.say("2024-06-12T09:00", ledger.HQ, "", ledger.ClarificationIssued{Question: "W03", Answer: "以批复为准。", Replaces: &first})
	assert.Equal(t, projections.QuestionOpen, question("2024-03-11T09:00").State, "as it was that day")
	assert.Equal(t, first, question("2024-03-13T09:00").Settled.ID)
	now := question("2024-06-13T09:00")
	assert.Equal(t, "以批复为准。", now.Answer)
	assert.Equal(t, second, now.Settled.ID)
	assert.Equal(t, []ledger.Ref{first}, now.Former, "what was answered first stays on record")
	assert.Empty(t, s.State.QuestionList(at(t, "2023-12-31T09:00")), "nothing was raised by then")
}

// Trap 7: units are renamed, merged and succeeded, office-holders change: ids
// stay, names have their days, history stays under the old name.
func TestTrap07UnitsChange(t *testing.T) {
	s := opened(t)
	s.say("2024-02-01T09:00", "jrb", "", ledger.UnitRenamed{Party: "units/jrb", Name: "市委金融办", From: "2024-06-01", Reason: "机构改革。"})
	s.say("2024-02-01T09:01", "kjj", "", ledger.UnitSucceeded{By: "gxq", From: "2024-07-01", Reason: "合并。"})
	s.say("2024-02-01T09:02", "swj", "", ledger.UnitSucceeded{By: "gxq", From: "2024-08-01", Reason: "合并。"})
	s.say("2024-02-01T09:03", "jrb", "", ledger.OfficeholderRecorded{Party: "units/jrb", Name: "甲", Post: "主任", From: "2023-01-01"})
	s.say("2024-02-01T09:04", "jrb", "", ledger.OfficeholderRecorded{Party: "units/jrb", Name: "丙", Post: "副主任", From: "2023-01-01", Until: "2024-05-31"})
	s.say("2024-02-01T09:05", "jrb", "", ledger.OfficeholderRecorded{Party: "units/jrb", Name: "乙", Post: "主任", From: "2024-06-01"})

	s.say("2024-02-01T09:06", "jrb", "", ledger.OfficeholderRecorded{Party: "units/jrb", Name: "乙", Post: "主任", From: "2024-06-01", Until: "2024-12-31"})

	assert.Empty(t, s.State.UnitAt("jrb", at(t, "2025-01-01T00:00")).Holders, "a term is over though nobody follows")
	before, after := s.State.UnitAt("jrb", at(t, "2024-05-31T23:59")), s.State.UnitAt("jrb", at(t, "2024-06-01T00:00"))
	assert.Equal(t, "市政府金融办", before.Name)
	assert.Equal(t, "市委金融办", after.Name)
	assert.Empty(t, before.Former)
	require.Len(t, after.Former, 1)
	assert.Equal(t, projections.FormerName{Name: "市政府金融办", Until: "2024-05-31"}, after.Former[0])
	assert.Equal(t, "主任 甲、副主任 丙", projections.Chinese.HolderWords(before.Holders))
	assert.Equal(t, "主任 乙", projections.Chinese.HolderWords(after.Holders), "the next holder ends the former, and a term that is over is over")
	for _, words := range []string{"jrb", "市政府金融办", "市委金融办"} {
		id, err := s.State.FindUnit(words)
		require.NoError(t, err, words)
		assert.Equal(t, ledger.UnitID("jrb"), id, words)
	}

	// A merger: one unit acts for two, each from its day; what they owe stays theirs.
	acts := func(when string) (units []ledger.UnitID) {
		for _, a := range s.State.UnitAt("gxq", at(t, when)).ActsFor {
			units = append(units, a.Unit)
		}
		return units
	}
	assert.Empty(t, acts("2024-06-30T23:59"))
	assert.Equal(t, []ledger.UnitID{"kjj"}, acts("2024-07-01T00:00"))
	assert.Equal(t, []ledger.UnitID{"kjj", "swj"}, acts("2024-08-01T00:00"))
	old := s.State.UnitAt("kjj", at(t, "2024-07-01T00:00"))
	require.NotNil(t, old.Succeeded)
	assert.Equal(t, ledger.UnitID("gxq"), old.Succeeded.Unit)
	assert.Equal(t, ledger.TaskID("T09"), old.Tasks[0].Task, "the task stays under the unit that it was given to")
	assert.Nil(t, s.State.UnitAt("kjj", at(t, "2024-06-30T12:00")).Succeeded)

	// The successor is succeeded itself: the last of the line acts for all of them.
	s.say("2024-09-01T09:00", "gxq", "", ledger.UnitSucceeded{By: "wglj", From: "2024-10-01", Reason: "再次调整。"})
	w := s.State.UnitAt("wglj", at(t, "2024-10-01T00:00"))
	require.Len(t, w.ActsFor, 3)
	assert.Equal(t, projections.ActsFor{Unit: "kjj", Name: "市科技局", From: "2024-10-01"}, w.ActsFor[1])
	assert.True(t, w.NoLeadTask, "it leads none of its own")
	assert.Contains(t, projections.Chinese.DutyWords(w), "代行 市科技局(kjj)职责,自 2024-10-01 起")
	assert.Empty(t, acts("2024-10-01T00:00"))
}

// A ledger from before questions were raised keeps its answers.
func TestAnAnswerWithoutAQuestionIsShown(t *testing.T) {
	s := begin(t)
	id := s.say("2024-03-12T09:00", ledger.HQ, "", ledger.ClarificationIssued{Question: "Q-05", About: []ledger.LocalID{"T03"}, Answer: "以批文为准。"})
	list := s.State.QuestionList(at(t, "2024-03-13T09:00"))
	require.Len(t, list, 1)
	assert.Equal(t, projections.QuestionSettled, list[0].State)
	assert.Equal(t, id, list[0].Settled.ID)
	assert.Equal(t, []ledger.LocalID{"T03"}, list[0].About)
}
