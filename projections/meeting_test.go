package projections_test

import (
	"os"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Plan 四(二): what a meeting settled is carried to the next ones until it is done:
// when a later meeting says so, or when all that was asked to carry it out is accepted.
func TestItemsAreCarriedUntilTheyAreDone(t *testing.T) {
	s := begin(t)
	hold := func(on ledger.Date, items []ledger.MeetingItem, done []ledger.ItemDone) ledger.Ref {
		return s.say(string(on)+"T15:00", ledger.HQ, "", ledger.MeetingHeld{Tier: ledger.TierMonthly, On: on, Attended: []ledger.UnitID{"fgw"}, Agenda: []ledger.Line{"进展"}, Items: items, Done: done})
	}
	m := hold("2024-02-27", []ledger.MeetingItem{{ID: "a", Text: "补齐佐证。", Unit: "fgw", Task: "T01", Due: "2024-03-08"}, {ID: "b", Text: "印发手册。"}}, nil)
	one := s.say("2024-02-28T09:00", "fgw", "T01", ledger.DirectiveIssued{Text: "补齐佐证。", AnswerBy: "2024-03-08", Meeting: &m, Item: "a"})
	two := s.say("2024-02-28T09:01", "fgw", "T06", ledger.DirectiveIssued{Text: "一并补齐。", AnswerBy: "2024-03-08", Meeting: &m, Item: "a"})
	hold("2024-03-27", nil, []ledger.ItemDone{{Meeting: m, Item: "b", Note: "已印发。"}})
	accept := func(d ledger.Ref, task ledger.TaskID, when string) {
		s.say(when, "fgw", task, ledger.DirectiveAcknowledged{Directive: d})
		s.say(when, "fgw", task, ledger.DirectiveAnswered{Directive: d, Answer: "已补。"})
		s.say(when, "fgw", task, ledger.DirectiveAccepted{Directive: d})
	}
	accept(one, "T01", "2024-03-28T09:00")
	open := func(when string) (ids []ledger.LocalID) {
		for _, i := range s.State.Carried(at(t, when)) {
			ids = append(ids, i.Item)
		}
		return ids
	}
	assert.Empty(t, open("2024-02-27T14:59"))
	assert.Equal(t, []ledger.LocalID{"a", "b"}, open("2024-03-27T14:59"))
	assert.Equal(t, []ledger.LocalID{"a"}, open("2024-03-29T12:00"), "one of the two directives waits still")
	a, ok := s.State.Item(m, "a", at(t, "2024-03-29T12:00"))
	require.True(t, ok)
	assert.Equal(t, 1, a.Carried)
	assert.True(t, a.Overdue)
	assert.Len(t, a.Directives, 2)
	accept(two, "T06", "2024-04-01T09:00")
	assert.Empty(t, open("2024-04-01T10:00"))
	b, _ := s.State.Item(m, "b", at(t, "2024-04-01T10:00"))
	assert.Equal(t, "已印发。", b.Note)
	_, ok = s.State.Item(m, "z", at(t, "2024-04-01T10:00"))
	assert.False(t, ok)
	assert.Equal(t, []ledger.LocalID{"a", "b"}, open("2024-03-01T10:00"), "as it was then")
}

// The format is frozen: packs that were frozen must be found again.
func TestTheBytesOfAPackAreFrozen(t *testing.T) {
	const golden = "testdata/pack.json"
	d := quarter(t)
	q := projections.PackQuery{Tier: ledger.TierMonthly, On: "2024-02-28", From: "2024-02-01", Cutoff: "2024-02-27", Sequence: uint64(len(d.records))}
	p, err := q.Rebuild(sequence(d.records))
	require.NoError(t, err)
	pretty := jsontext.Value(p.Encode())
	require.NoError(t, pretty.Indent(jsontext.WithIndent(" ")))
	if *update {
		require.NoError(t, os.WriteFile(golden, append(pretty, '\n'), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(pretty)+"\n")
}

// The pack says per unit what was promised, claimed, verified and late; of the quarter
// written by hand.
func TestAPackSaysWhatWasPromisedAndWhatCame(t *testing.T) {
	d := quarter(t)
	q := projections.PackQuery{Tier: ledger.TierMonthly, On: "2024-02-28", From: "2024-02-01", Cutoff: "2024-02-27", Sequence: uint64(len(d.records))}
	p, err := q.Rebuild(sequence(d.records))
	require.NoError(t, err)
	again, err := q.Rebuild(sequence(d.records))
	require.NoError(t, err)
	assert.Equal(t, p.Encode(), again.Encode())
	assert.Equal(t, p.Digest(), p.Frozen().SHA256)
	require.NoError(t, p.Frozen().Check())
	unit := func(id ledger.UnitID) projections.PackUnit {
		for _, u := range p.Units {
			if u.Unit == id {
				return u
			}
		}
		t.Fatal(id)
		return projections.PackUnit{}
	}
	assert.True(t, unit("wlj").NoLeadTask)
	f := unit("fgw")
	require.Len(t, f.Tasks, 2)
	one, six := f.Tasks[0], f.Tasks[1]
	require.Len(t, one.Promised, 1)
	assert.Equal(t, ledger.Date("2024-02-19"), one.Promised[0].Reached)
	assert.InDelta(t, 25, one.Progress.Claimed.Percent, 0)
	assert.Nil(t, one.Progress.Verified, "nobody had looked by then: what came later is not in it")
	require.Len(t, six.Promised, 1)
	assert.Equal(t, projections.Missed, six.Promised[0].State)
	assert.Empty(t, six.Directives, "its directive was accepted")
	swj := unit("swj").Tasks[0]
	require.Len(t, swj.Directives, 1)
	assert.Equal(t, projections.StepAcknowledge, swj.Directives[0].Step)
	assert.True(t, swj.Directives[0].Late, "nobody signed for it")
	require.Len(t, swj.Reports, 1)
	assert.Equal(t, projections.Missed, swj.Reports[0].State)
	assert.Equal(t, 1, p.Sums.Missed)

	for name, bad := range map[string]projections.PackQuery{
		"tier":      {Tier: "weekly", On: "2024-02-28", From: "2024-02-01", Cutoff: "2024-02-27", Sequence: 3},
		"backwards": {Tier: ledger.TierMonthly, On: "2024-02-28", From: "2024-02-28", Cutoff: "2024-02-27", Sequence: 3},
		"too late":  {Tier: ledger.TierMonthly, On: "2024-02-26", From: "2024-02-01", Cutoff: "2024-02-27", Sequence: 3},
		"no day":    {Tier: ledger.TierMonthly, On: "2024-02-28", From: "2024-02-30", Cutoff: "2024-02-27", Sequence: 3},
		"unwritten": {Tier: ledger.TierMonthly, On: "2024-02-28", From: "2024-02-01", Cutoff: "2024-02-27", Sequence: 9999},
	} {
		_, err := bad.Rebuild(sequence(d.records))
		assert.Error(t, err, name)
	}
}
